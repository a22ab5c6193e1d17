package propagate

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"accordo.dev/internal/problem"
)

// Read reads a model from JSON or YAML (docs/calculators.md has the fields). It is strict: what it does not know it
// refuses, and every error names the place of the field, like nodes[3].needs[0].k.
func Read(data []byte) (Model, error) {
	r := &reader{}
	document, err := r.document(data)
	if err != nil {
		return Model{}, err
	}
	m := r.model(document)
	if err := problem.Many(r.wrong); err != nil {
		return Model{}, err
	}
	return m, m.Check()
}

// reader takes a document apart and collects what is wrong with it.
type reader struct {
	wrong []*problem.Error
}

func (r *reader) refuse(field, key string, args ...any) {
	r.wrong = append(r.wrong, problem.Field(field, key, args...))
}

func (r *reader) model(document any) Model {
	o := r.object("", document, "nodes", "causes", "targets")
	m := Model{Targets: r.texts("targets", o["targets"])}
	for i, v := range r.list("nodes", o["nodes"]) {
		m.Nodes = append(m.Nodes, r.node(path("nodes", i), v))
	}
	for i, v := range r.list("causes", o["causes"]) {
		m.Causes = append(m.Causes, r.cause(path("causes", i), v))
	}
	return m
}

func (r *reader) node(field string, v any) Node {
	o := r.object(field, v, "id", "probability", "frequency", "recovery_minutes", "loss_per_minute", "needs")
	n := Node{
		ID: r.text(field+".id", o["id"]), Probability: r.number(field+".probability", o["probability"]),
		Frequency: r.number(field+".frequency", o["frequency"]), RecoveryMinutes: r.number(field+".recovery_minutes", o["recovery_minutes"]),
		LossPerMinute: orZero(r.number(field+".loss_per_minute", o["loss_per_minute"])),
	}
	for i, v := range r.list(field+".needs", o["needs"]) {
		n.Needs = append(n.Needs, r.need(field+"."+path("needs", i), v))
	}
	return n
}

func (r *reader) need(field string, v any) Need {
	o := r.object(field, v, "k", "of", "soft", "buffer_minutes")
	n := Need{
		Of: r.texts(field+".of", o["of"]), Soft: r.number(field+".soft", o["soft"]),
		BufferMinutes: orZero(r.number(field+".buffer_minutes", o["buffer_minutes"])),
	}
	if k := r.number(field+".k", o["k"]); k != nil {
		if *k < 1 || *k > float64(max(len(n.Of), 1)) {
			r.refuse(field+".k", "problem.range", "value", strconv.FormatFloat(*k, 'g', -1, 64), "min", 1, "max", max(len(n.Of), 1))
		} else if n.K = int(*k); float64(n.K) != *k {
			r.refuse(field+".k", "propagate.not-whole")
		}
	}
	return n
}

func (r *reader) cause(field string, v any) Cause {
	o := r.object(field, v, "id", "probability", "frequency", "recovery_minutes", "hits")
	c := Cause{
		ID: r.text(field+".id", o["id"]), Probability: r.number(field+".probability", o["probability"]),
		Frequency: r.number(field+".frequency", o["frequency"]), RecoveryMinutes: r.number(field+".recovery_minutes", o["recovery_minutes"]),
	}
	for i, v := range r.list(field+".hits", o["hits"]) {
		at := field + "." + path("hits", i)
		hit := r.object(at, v, "node", "probability")
		c.Hits = append(c.Hits, Hit{Node: r.text(at+".node", hit["node"]), Probability: r.number(at+".probability", hit["probability"])})
	}
	return c
}

// object is an object with none but the known fields.
func (r *reader) object(field string, v any, known ...string) map[string]any {
	o, ok := v.(map[string]any)
	if !ok {
		r.refuse(field, "propagate.not-object")
	}
	names := make([]string, 0, len(o))
	for name := range o {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if !slices.Contains(known, name) {
			r.refuse(join(field, name), "propagate.unknown-field", "known", strings.Join(known, ", "))
		}
	}
	return o
}

func join(field, name string) string { return strings.TrimPrefix(field+"."+name, ".") }

func (r *reader) list(field string, v any) []any {
	l, ok := v.([]any)
	if !ok && v != nil {
		r.refuse(field, "propagate.not-list")
	}
	return l
}

func (r *reader) texts(field string, v any) []string {
	var texts []string
	for i, one := range r.list(field, v) {
		if one == nil {
			r.refuse(path(field, i), "propagate.not-text")
		}
		texts = append(texts, r.text(path(field, i), one))
	}
	return texts
}

func (r *reader) text(field string, v any) string {
	t, ok := v.(string)
	if !ok && v != nil {
		r.refuse(field, "propagate.not-text")
	}
	return t
}

// number is a finite number; nil when there is none.
func (r *reader) number(field string, v any) *float64 {
	if v == nil {
		return nil
	}
	n, ok := v.(json.Number)
	if !ok {
		r.refuse(field, "propagate.not-number")
		return nil
	}
	x, err := strconv.ParseFloat(n.String(), 64)
	if err != nil || x-x != 0 {
		r.refuse(field, "propagate.not-finite")
		return nil
	}
	return &x
}

func orZero(x *float64) float64 {
	if x == nil {
		return 0
	}
	return *x
}
