package report

import (
	"crypto/x509"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"accordo.dev/internal/problem"
)

// Roots are the authorities that an installation trusts: all certificates in <data>/trust/*.pem, and in
// the given files.
func Roots(data string, more ...string) (*x509.CertPool, error) {
	files, err := filepath.Glob(filepath.Join(data, "trust", "*.pem"))
	if err != nil {
		return nil, fmt.Errorf("trusted authorities: %w", err)
	}
	slices.Sort(files)
	return readRoots(append(files, more...)...)
}

func readRoots(files ...string) (*x509.CertPool, error) {
	pool := x509.NewCertPool()
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("trusted authorities: %w", err)
		}
		if !pool.AppendCertsFromPEM(data) {
			return nil, problem.New(problem.Invalid, "report.error.roots").At(problem.Source{File: filepath.Base(file)})
		}
	}
	return pool, nil
}
