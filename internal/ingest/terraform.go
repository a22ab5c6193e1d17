package ingest

import (
	"bytes"
	"io"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Terraform shows its state, or a plan, as JSON ("terraform show -json"). Resources have an address. In a state each lists
// what it depends on; in a plan the configuration says to what each refers. The file holds passwords and keys in clear text:
// only the attributes of a short list are taken, and none of them where the file calls it sensitive.

// terraformAttributes are the attributes that describe a resource and are no secrets.
var terraformAttributes = []string{
	"name", "region", "location", "zone", "availability_zone", "engine", "engine_version", "instance_type", "instance_class", "machine_type",
	"node_type", "vm_size", "size", "sku", "sku_name", "tier", "kind", "multi_az", "publicly_accessible", "encrypted", "storage_encrypted",
}

type terraformFile struct {
	Format        string            `json:"format_version"`
	Values        *terraformValues  `json:"values"`
	Planned       *terraformValues  `json:"planned_values"`
	Configuration *terraformSetting `json:"configuration"`
}

type terraformValues struct {
	Root terraformModule `json:"root_module"`
}

type terraformModule struct {
	Address   string              `json:"address"`
	Resources []terraformResource `json:"resources"`
	Children  []terraformModule   `json:"child_modules"`
}

type terraformResource struct {
	Address   string   `json:"address"`
	Mode      string   `json:"mode"`
	Type      string   `json:"type"`
	Name      string   `json:"name"`
	Provider  string   `json:"provider_name"`
	Values    any      `json:"values"`
	Sensitive any      `json:"sensitive_values"`
	DependsOn []string `json:"depends_on"`
}

type terraformSetting struct {
	Root terraformSource `json:"root_module"`
}

type terraformSource struct {
	Resources []struct {
		Address     string   `json:"address"`
		Expressions any      `json:"expressions"`
		DependsOn   []string `json:"depends_on"`
	} `json:"resources"`
	Calls map[string]struct {
		Module terraformSource `json:"module"`
	} `json:"module_calls"`
}

// IsTerraform tells whether a file is a state or a plan as JSON.
func IsTerraform(g Glimpse) bool {
	return g.Has("format_version", "terraform_version") || g.Has("format_version") && (g.Has("values") || g.Has("planned_values"))
}

// ReadTerraform reads states and plans.
func ReadTerraform(sources []*Source) (Catalogue, error) {
	t := terraformReader{gatherer: newGatherer(), plain: map[string][]string{}}
	for _, src := range sources {
		src.window = src.limits.Bytes
		data, err := io.ReadAll(src)
		if err != nil {
			return Catalogue{}, err
		}
		t.lines = addressLines(data)
		j := newMapStream(NewSource(src.name, bytes.NewReader(data), SourceOptions{}))
		j.src.window = src.limits.Bytes
		at := j.next()
		var f terraformFile
		if err := j.value(at, &f); err != nil {
			return Catalogue{}, err
		}
		if err := j.end(); err != nil {
			return Catalogue{}, err
		}
		if err := t.file(src, at, f); err != nil {
			return Catalogue{}, err
		}
	}
	return t.finish(), nil
}

var terraformAddress = regexp.MustCompile(`"address"\s*:\s*"((?:[^"\\]|\\.)*)"`)

// addressLines finds the lines on which the file names its resources: the JSON itself is one record.
func addressLines(data []byte) map[string]int {
	lines := map[string]int{}
	line, last := 1, 0
	for _, match := range terraformAddress.FindAllSubmatchIndex(data, -1) {
		line += bytes.Count(data[last:match[0]], []byte{'\n'})
		last = match[0]
		address, err := strconv.Unquote(`"` + string(data[match[2]:match[3]]) + `"`)
		if _, twice := lines[address]; err == nil && !twice {
			lines[address] = line
		}
	}
	return lines
}

type terraformReader struct {
	*gatherer
	lines map[string]int      // of the addresses in the current file
	plain map[string][]string // address without indexes → addresses
	needs []EdgeRecord        // with addresses as written
}

func (t *terraformReader) file(src *Source, at At, f terraformFile) error {
	if !strings.HasPrefix(f.Format, "1.") {
		return src.wrong(at, "format_version", "ingest.error.terraform.version", "value", clip(f.Format))
	}
	values := f.Values
	if values == nil {
		values = f.Planned
	}
	if values == nil {
		return src.wrong(at, "values", "ingest.error.required")
	}
	t.needs = nil
	if err := t.module(src, at, values.Root); err != nil {
		return err
	}
	if f.Values == nil && f.Configuration != nil {
		t.configuration(at, f.Configuration.Root, "")
	}
	return t.connect(src)
}

func (t *terraformReader) module(src *Source, at At, m terraformModule) error {
	for _, r := range m.Resources {
		if r.Address == "" || r.Type == "" {
			return src.wrong(at, "resources.address", "ingest.error.required")
		}
		at.Line = t.lines[r.Address]
		n := NodeRecord{Ref: r.Address, Kind: r.Type, Name: r.Name, Namespace: m.Address, Type: r.Mode, Props: r.attributes(m.Address), At: at}
		if name := n.Props["name"]; name != "" {
			n.Name = name
		}
		if n.Name == "" {
			n.Name = r.Address
		}
		if err := t.node(src, n); err != nil {
			return err
		}
		plain := withoutIndex(r.Address)
		t.plain[plain] = append(t.plain[plain], r.Address)
		for _, need := range r.DependsOn {
			t.needs = append(t.needs, EdgeRecord{From: r.Address, To: need, Type: "depends_on", Field: "depends_on", At: at})
		}
	}
	for _, child := range m.Children {
		if err := t.module(src, at, child); err != nil {
			return err
		}
	}
	return nil
}

// attributes takes those of the short list that hold one value and are not sensitive, and the tag "Name".
func (r terraformResource) attributes(module string) map[string]string {
	kept := map[string]any{"provider": r.Provider, "module": module, "mode": r.Mode}
	values, _ := r.Values.(map[string]any)
	sensitive, all := r.Sensitive.(map[string]any)
	if secret, whole := r.Sensitive.(bool); !all && whole && secret {
		return flat(kept)
	}
	for _, name := range terraformAttributes {
		switch values[name].(type) {
		case string, bool, float64:
			if sensitive[name] == nil || sensitive[name] == false {
				kept[name] = values[name]
			}
		}
	}
	tags, _ := values["tags"].(map[string]any)
	secret, _ := sensitive["tags"].(map[string]any)
	if name, ok := tags["Name"].(string); ok && sensitive["tags"] != true && secret["Name"] != true && kept["name"] == nil {
		kept["name"] = name
	}
	return flat(kept)
}

// configuration reads to what the resources of a plan refer. Addresses in a module are relative to it.
func (t *terraformReader) configuration(at At, m terraformSource, prefix string) {
	for _, r := range m.Resources {
		named := slices.Concat(r.DependsOn, references(r.Expressions, 32))
		slices.Sort(named)
		for _, from := range t.plain[prefix+r.Address] {
			at.Line = t.lines[from]
			for _, name := range slices.Compact(named) {
				if to := prefix + resourceOf(name); t.plain[to] != nil {
					t.needs = append(t.needs, EdgeRecord{From: from, To: to, Type: "references", Field: "configuration", At: at})
				}
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(m.Calls)) {
		t.configuration(at, m.Calls[name].Module, prefix+"module."+name+".")
	}
}

// references collects what expressions name.
func references(v any, depth int) (names []string) {
	if depth == 0 {
		return nil
	}
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			names = append(names, references(item, depth-1)...)
		}
	case map[string]any:
		for key, value := range v {
			list, ok := value.([]any)
			if key != "references" || !ok {
				names = append(names, references(value, depth-1)...)
				continue
			}
			for _, item := range list {
				if name, ok := item.(string); ok {
					names = append(names, name)
				}
			}
		}
	}
	return names
}

// resourceOf cuts the attributes off a reference: "aws_db.main[0].arn" names "aws_db.main".
func resourceOf(reference string) string {
	parts := strings.SplitN(withoutIndex(reference), ".", 4)
	n := 2
	if parts[0] == "data" {
		n = 3
	}
	return strings.Join(parts[:min(n, len(parts))], ".")
}

var terraformIndex = regexp.MustCompile(`\[[^\]]*\]`)

func withoutIndex(address string) string { return terraformIndex.ReplaceAllString(address, "") }

// connect resolves the addresses: one without an index means all instances.
func (t *terraformReader) connect(src *Source) error {
	for _, e := range t.needs {
		targets := t.plain[withoutIndex(e.To)]
		if t.has(e.To) || len(targets) == 0 {
			targets = []string{e.To}
		}
		for _, to := range targets {
			e.To = to
			if to == e.From {
				continue
			}
			if err := t.edgeOnce(src, e); err != nil {
				return err
			}
		}
	}
	return nil
}
