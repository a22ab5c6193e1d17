// Package decision holds decisions that need two keys, the CIO's and the CISO's, and the way out when
// they do not agree. Keys are given on exactly one content (its hash): any change voids them. A no
// needs a reason and a counter-proposal; a no, or silence past the deadline, is a deadlock and goes up,
// step by step, to who ends it. Silence never approves, and an administrator has no key.
//
// Every rule about who may do what and when stands in a method of Decision that knows no database;
// operations load, call the method and save. Pages, API and command line have no other way in.
package decision

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"accordo.dev/internal/i18n"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/ref"
)

// Kind is what is decided; areas spend approved decisions of their kinds.
type Kind string

// The kinds.
const (
	AcceptRisk Kind = "accept-risk"
	Fund       Kind = "fund"
	Gate       Kind = "gate"
	Exception  Kind = "exception"
	Policy     Kind = "policy"
	Change     Kind = "change" // of something that runs; who approves it stands apart from who asked for it and who builds it
	Other      Kind = "other"
)

// Kinds lists the kinds.
var Kinds = []Kind{AcceptRisk, Fund, Gate, Exception, Policy, Change, Other}

// spent tells whether an area uses up an approval of this kind, so that it lapses when nobody does.
func (k Kind) spent() bool { return k == AcceptRisk || k == Fund || k == Exception }

// The functions that ask for changes and build them.
const (
	IT       = "it"
	Security = "security"
	Business = "business"
)

// Approver is the office of the third key, which only a change needs that one of the two functions asked for and the
// other builds: neither of their officers stands apart from it. law: 2024/1774#17.1
const Approver = "approver"

// Decision is one proposal and all that became of it.
type Decision struct {
	ID           string       `yaml:"id" json:"id"`
	Title        string       `yaml:"title" json:"title"`
	TitleIT      string       `yaml:"title_it,omitempty" json:"titleIt,omitempty"`
	About        ref.Ref      `yaml:"about,omitempty" json:"about,omitempty"`
	Kind         Kind         `yaml:"kind" json:"kind"`
	Draft        bool         `yaml:"draft,omitempty" json:"draft,omitempty"`
	ProposedBy   string       `yaml:"proposed_by" json:"proposedBy"` // person id
	ProposedAt   time.Time    `yaml:"proposed_at" json:"proposedAt"`
	Deadline     time.Time    `yaml:"deadline" json:"deadline"`       // for the keys
	Way          Way          `yaml:"way,omitempty" json:"way"`       // up, when the two do not agree
	Materiality  string       `yaml:"materiality" json:"materiality"` // low, medium, high: sets the clock
	Content      string       `yaml:"content" json:"content"`         // what exactly is decided
	ContentIT    string       `yaml:"content_it,omitempty" json:"contentIt,omitempty"`
	Options      []Option     `yaml:"options,omitempty" json:"options,omitempty"`            // that were weighed
	Chosen       string       `yaml:"chosen,omitempty" json:"chosen,omitempty"`              // id of the option that is proposed
	MoneyEUR     *float64     `yaml:"money_eur,omitempty" json:"moneyEur,omitempty"`         // expected effect: euro a year
	Minutes      *float64     `yaml:"minutes,omitempty" json:"minutes,omitempty"`            // minutes of critical service a year
	ExposureDays *float64     `yaml:"exposure_days,omitempty" json:"exposureDays,omitempty"` // weighted, a quarter
	Effect       string       `yaml:"effect,omitempty" json:"effect,omitempty"`              // expected effect in words
	EffectIT     string       `yaml:"effect_it,omitempty" json:"effectIt,omitempty"`
	ReviewOn     string       `yaml:"review_on,omitempty" json:"reviewOn,omitempty"` // day on which the effect is graded
	AskedBy      string       `yaml:"asked_by,omitempty" json:"askedBy,omitempty"`   // function that asked for a change
	BuiltBy      string       `yaml:"built_by,omitempty" json:"builtBy,omitempty"`   // function that builds it
	ITMemo       *Memo        `yaml:"it_memo,omitempty" json:"itMemo,omitempty"`
	SecurityMemo *Memo        `yaml:"security_memo,omitempty" json:"securityMemo,omitempty"`
	Keys         []Key        `yaml:"keys,omitempty" json:"keys,omitempty"` // the last answer of each office
	Challenges   []Challenge  `yaml:"challenges,omitempty" json:"challenges,omitempty"`
	Conflicts    []Conflict   `yaml:"conflicts,omitempty" json:"conflicts,omitempty"`
	Emergency    *Emergency   `yaml:"emergency,omitempty" json:"emergency,omitempty"`
	Arbitration  *Arbitration `yaml:"arbitration,omitempty" json:"arbitration,omitempty"` // of a deadlock
	Revisions    []Revision   `yaml:"revisions,omitempty" json:"revisions,omitempty"`
	AgreedAt     *time.Time   `yaml:"agreed_at,omitempty" json:"agreedAt,omitempty"`     // when the last key made it hold
	ValidUntil   *time.Time   `yaml:"valid_until,omitempty" json:"validUntil,omitempty"` // for use by an area
	WithdrawnAt  *time.Time   `yaml:"withdrawn_at,omitempty" json:"withdrawnAt,omitempty"`
	SpentAt      *time.Time   `yaml:"spent_at,omitempty" json:"spentAt,omitempty"` // when an area used the approval
	Review       *Review      `yaml:"review,omitempty" json:"review,omitempty"`    // the outcome against the expected effect
	Version      int          `yaml:"-" json:"version"`
}

// Option is one of the ways that were weighed, on the three common scales.
type Option struct {
	ID           string   `yaml:"id" json:"id"`
	Title        string   `yaml:"title" json:"title"`
	TitleIT      string   `yaml:"title_it,omitempty" json:"titleIt,omitempty"`
	MoneyEUR     *float64 `yaml:"money_eur,omitempty" json:"moneyEur,omitempty"`
	Minutes      *float64 `yaml:"minutes,omitempty" json:"minutes,omitempty"`
	ExposureDays *float64 `yaml:"exposure_days,omitempty" json:"exposureDays,omitempty"`
}

// Name is the title of an option in both languages.
func (o Option) Name() i18n.Text { return i18n.Text{EN: o.Title, IT: o.TitleIT} }

// Key is the answer of one office on one content.
type Key struct {
	Office    string    `yaml:"office" json:"office"`               // cio, ciso, or approver
	Answer    string    `yaml:"answer" json:"answer"`               // yes or no
	Person    string    `yaml:"person" json:"person"`               // person id
	For       string    `yaml:"for,omitempty" json:"for,omitempty"` // person who holds the office, when a delegate answered
	At        time.Time `yaml:"at" json:"at"`
	Hash      string    `yaml:"hash,omitempty" json:"hash"` // of the content that was answered
	Reason    string    `yaml:"reason,omitempty" json:"reason,omitempty"`
	ReasonIT  string    `yaml:"reason_it,omitempty" json:"reasonIt,omitempty"`
	Counter   string    `yaml:"counter,omitempty" json:"counter,omitempty"` // counter-proposal of a no
	CounterIT string    `yaml:"counter_it,omitempty" json:"counterIt,omitempty"`
}

// Arbitration is the decision of who the deadlock was escalated to.
type Arbitration struct {
	Office   string    `yaml:"office" json:"office"` // such as cro, ceo or board
	Person   string    `yaml:"person" json:"person"`
	At       time.Time `yaml:"at" json:"at"`
	Approve  bool      `yaml:"approve" json:"approve"`
	Reason   string    `yaml:"reason" json:"reason"`
	ReasonIT string    `yaml:"reason_it,omitempty" json:"reasonIt,omitempty"`
}

// Name is the title in both languages.
func (d Decision) Name() i18n.Text { return i18n.Text{EN: d.Title, IT: d.TitleIT} }

// Ref is the name of a decision as an item.
func (d Decision) Ref() ref.Ref { return ref.New("decision", d.ID) }

// Hash names exactly the content that keys are given on: everything that is decided, nothing that
// happens later. Its second form, with more fields, is used where one of them is set, so that keys given
// on the first form stay what they are.
func (d Decision) Hash() string {
	content := []any{"accordo-decision-1", d.ID, d.Title, d.TitleIT, d.About, d.Kind, d.Content, d.ContentIT, d.MoneyEUR, d.Minutes, d.ExposureDays, d.ReviewOn}
	if len(d.Options) > 0 || d.Chosen+d.Effect+d.EffectIT+d.AskedBy+d.BuiltBy != "" {
		content[0] = "accordo-decision-2"
		content = append(content, d.Options, d.Chosen, d.Effect, d.EffectIT, d.AskedBy, d.BuiltBy)
	}
	data, err := json.Marshal(content)
	if err != nil {
		panic(fmt.Sprintf("decision hash: %v", err)) // impossible: strings and finite numbers
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// Offices lists whose keys the decision needs: both officers', and of a change that one of their functions asked for
// and the other builds, that of an approver who belongs to neither.
func (d Decision) Offices() []string {
	keys := []string{identity.OfficeCIO, identity.OfficeCISO}
	if d.Kind == Change && slices.Contains([]string{d.AskedBy, d.BuiltBy}, IT) && slices.Contains([]string{d.AskedBy, d.BuiltBy}, Security) {
		return append(keys, Approver)
	}
	return keys
}

// Key gives the answer of an office that holds for the present content; nil when there is none.
func (d Decision) Key(office string) *Key {
	if len(d.Keys) == 0 {
		return nil
	}
	return d.keyOn(office, d.Hash())
}

func (d Decision) keyOn(office, hash string) *Key {
	for i := range d.Keys {
		if d.Keys[i].Office == office && d.Keys[i].Hash == hash {
			return &d.Keys[i]
		}
	}
	return nil
}
