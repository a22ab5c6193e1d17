package landscape

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"slices"

	"go.yaml.in/yaml/v3"

	"accordo.dev/internal/db"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/op"
	"accordo.dev/internal/organisation"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

//go:embed packs/*.yaml
var packFiles embed.FS

// Pack is a set of policies that an organisation adopts together and then owns: adopted policies can be
// changed and switched off like its own.
type Pack struct {
	ID        string   `yaml:"id" json:"id"`
	Title     string   `yaml:"title" json:"title"`
	TitleIT   string   `yaml:"title_it" json:"titleIt"`
	Lead      string   `yaml:"lead" json:"lead"`
	LeadIT    string   `yaml:"lead_it" json:"leadIt"`
	Reference string   `yaml:"reference" json:"reference"`
	Profiles  []string `yaml:"profiles" json:"profiles,omitempty"` // of organisations to which it is suggested; empty: to all
	Policies  []Policy `yaml:"policies" json:"policies"`
}

// Name is the title in both languages.
func (p Pack) Name() i18n.Text { return i18n.Text{EN: p.Title, IT: p.TitleIT} }

// About says what the pack is for, in both languages.
func (p Pack) About() i18n.Text { return i18n.Text{EN: p.Lead, IT: p.LeadIT} }

// packOrder are the packs in the order in which people see them.
var packOrder = []string{"information-exchange", "connection-security", "dora-third-party", "modi"}

// Packs reads the packs that are shipped.
func Packs() ([]Pack, error) {
	all := make([]Pack, len(packOrder))
	for i, id := range packOrder {
		data, err := packFiles.ReadFile("packs/" + id + ".yaml")
		if err != nil {
			return nil, err
		}
		decoder := yaml.NewDecoder(bytes.NewReader(data))
		decoder.KnownFields(true)
		if err := decoder.Decode(&all[i]); err != nil {
			return nil, fmt.Errorf("pack %s: %w", id, err)
		}
		for k := range all[i].Policies {
			all[i].Policies[k].Pack = id
		}
	}
	return all, nil
}

// PackRow is a pack as it stands in this organisation.
type PackRow struct {
	Pack
	Suggested bool `json:"suggested"` // the rules that the organisation falls under ask for it
	Adopted   int  `json:"adopted"`   // policies of it that the organisation has
	Changed   int  `json:"changed"`   // of those, how many it has changed
}

// ListPacks lists the packs.
func ListPacks(ctx context.Context, r db.Reader, _ struct{}) ([]PackRow, error) {
	packs, err := Packs()
	if err != nil {
		return nil, err
	}
	who, err := organisation.Get(ctx, r, struct{}{})
	if err != nil {
		return nil, err
	}
	policies, err := Policies(ctx, r)
	if err != nil {
		return nil, err
	}
	have, rows := byID(policies, Policy.id), make([]PackRow, len(packs))
	for i, pack := range packs {
		rows[i] = PackRow{Pack: pack, Suggested: len(pack.Profiles) == 0}
		for _, profile := range who.Profiles {
			rows[i].Suggested = rows[i].Suggested || slices.Contains(pack.Profiles, profile)
		}
		for _, p := range pack.Policies {
			mine, adopted := have[p.ID]
			if !adopted {
				continue
			}
			rows[i].Adopted++
			if mine.Subject != p.Subject || mine.Applies != p.Applies || mine.Holds != p.Holds || mine.Severity != p.Severity {
				rows[i].Changed++
			}
		}
	}
	return rows, nil
}

// OpListPacks lists the packs.
var OpListPacks = op.Query[struct{}, []PackRow]{Name: "landscape.list-packs", Route: "GET /api/landscape/policy-packs", Func: ListPacks}

// AdoptPackIn says which pack is adopted and who answers for its policies.
type AdoptPackIn struct {
	Pack  string `json:"pack"`
	Owner string `json:"owner,omitempty" doc:"person id; who adopts it when empty"`
}

// AdoptPackOut tells what was adopted.
type AdoptPackOut struct {
	Adopted []string `json:"adopted"` // ids of policies
	Kept    []string `json:"kept"`    // that were there already; they stay as they are
}

// AdoptPack adds those policies of a pack that the organisation does not have yet.
func AdoptPack(ctx context.Context, tx *db.Tx, in AdoptPackIn) (AdoptPackOut, error) {
	out := AdoptPackOut{Adopted: []string{}, Kept: []string{}}
	packs, err := Packs()
	if err != nil {
		return out, err
	}
	at := slices.IndexFunc(packs, func(p Pack) bool { return p.ID == in.Pack })
	if at < 0 {
		return out, problem.Choice("pack", in.Pack, packOrder...)
	}
	if in.Owner == "" && tx.Actor().Ref.Kind() == "person" {
		in.Owner = tx.Actor().Ref.ID()
	}
	if err := problem.Many(peopleExist(ctx, tx, map[string]string{"owner": in.Owner})); err != nil {
		return out, err
	}
	current, err := Policies(ctx, tx)
	if err != nil {
		return out, err
	}
	have := byID(current, Policy.id)
	for _, p := range packs[at].Policies {
		if _, there := have[p.ID]; there {
			out.Kept = append(out.Kept, p.ID)
			continue
		}
		p.Owner = in.Owner
		if err := savePolicy(ctx, tx, p.next(tx, Policy{})); err != nil {
			return out, err
		}
		out.Adopted = append(out.Adopted, p.ID)
	}
	tx.Touch(ref.New("policy-pack", in.Pack))
	return out, nil
}

// OpAdoptPack adopts a pack.
var OpAdoptPack = op.Command[AdoptPackIn, AdoptPackOut]{Name: "landscape.adopt-pack", Route: "POST /api/landscape/policy-packs/adopt", Func: AdoptPack}
