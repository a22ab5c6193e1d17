package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// longFiles and longFunctions are the exceptions, with the reason.
var (
	longFiles     = map[string]string{}
	longFunctions = map[string]string{}
)

const (
	maxLines         = 500
	maxFunctionLines = 80
)

func TestNoFileHasTwoSubjects(t *testing.T) {
	for _, path := range filesOf(t, ".go", ".templ") {
		if lines := strings.Count(read(t, path), "\n"); lines > maxLines && longFiles[path] == "" {
			t.Errorf("%s has %d lines, more than %d", path, lines, maxLines)
		}
	}
}

func TestFunctionsAreShort(t *testing.T) {
	for _, path := range goFiles(t) {
		files := token.NewFileSet()
		for _, declared := range parsed(t, files, path).Decls {
			function, ok := declared.(*ast.FuncDecl)
			if !ok {
				continue
			}
			lines := files.Position(function.End()).Line - files.Position(function.Pos()).Line + 1
			if lines > maxFunctionLines && longFunctions[path+" "+function.Name.Name] == "" {
				t.Errorf("%s: %s has %d lines, more than %d", path, function.Name.Name, lines, maxFunctionLines)
			}
		}
	}
}

func TestEveryPackageSaysWhatItIs(t *testing.T) {
	says := map[string]bool{}
	for _, path := range goFiles(t) {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		folder := filepath.Dir(path)
		says[folder] = says[folder] || parsed(t, token.NewFileSet(), path).Doc != nil
	}
	for folder, comment := range says {
		if !comment {
			t.Errorf("%s has no package comment", folder)
		}
	}
}

func parsed(t *testing.T, files *token.FileSet, path string) *ast.File {
	t.Helper()
	file, err := parser.ParseFile(files, filepath.Join(root, path), nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	return file
}
