package obligation

import (
	"bytes"
	_ "embed"
	"slices"

	"go.yaml.in/yaml/v3"
)

//go:embed catalogue.yaml
var catalogueText []byte

// shipped are the obligations of law that come with the program, in the order of their numbers.
var shipped = mustRead()

// Shipped gives the obligations of law, whatever the organisation.
func Shipped() []Obligation { return slices.Clone(shipped) }

func mustRead() []Obligation {
	var file struct {
		Obligations []Obligation `yaml:"obligations"`
	}
	decoder := yaml.NewDecoder(bytes.NewReader(catalogueText))
	decoder.KnownFields(true)
	if err := decoder.Decode(&file); err != nil {
		panic(err) // impossible: the data are embedded and tested
	}
	for i := range file.Obligations {
		file.Obligations[i].Source = OfLaw
	}
	return file.Obligations
}

// isShipped tells whether an id is that of an obligation of law.
func isShipped(id string) bool {
	return slices.ContainsFunc(shipped, func(o Obligation) bool { return o.ID == id })
}
