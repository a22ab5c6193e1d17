package archtest

import (
	"go/ast"
	"go/token"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// oneEngine is SQL that only one of the two engines knows, or that means different things on them.
var oneEngine = regexp.MustCompile(`(?i)\b(AUTOINCREMENT|AUTO_INCREMENT|(BIG|SMALL)SERIAL|SERIAL (PRIMARY|NOT|UNIQUE)|ILIKE|REGEXP|GLOB|ON DUPLICATE|INSERT OR|REPLACE INTO|WITHOUT ROWID|PRAGMA|VACUUM|` +
	`GROUP_CONCAT|STRING_AGG|IFNULL|NVL|DISTINCT ON|ANY ?\(\$|UNNEST|TABLESAMPLE|FOR (UPDATE|SHARE)|JSONB|JSON_EXTRACT|UUID|TIMESTAMPTZ|DATETIME|TINYINT|` +
	`(STRFTIME|JULIANDAY|DATE_TRUNC|TO_CHAR|TO_TIMESTAMP|EXTRACT|UNIXEPOCH|PRINTF|INSTR|POSITION|GREATEST|LEAST|RANDOM|NOW|LAST_INSERT_ROWID) ?\()` +
	`|::[a-z]|CURRENT_(TIME|DATE)|\bDATE ?\(`)

// statement tells whether a text in Go code is SQL.
var statement = regexp.MustCompile(`^\s*(SELECT|INSERT|UPDATE|DELETE|WITH|CREATE|DROP|ALTER|FROM|WHERE|JOIN|LEFT JOIN|ORDER BY|GROUP BY|COALESCE|EXISTS|NOT EXISTS) |\b(SELECT .+ FROM|WHERE .+ (=|IN|LIKE)) `)

func TestMigrationsUseOnlyWhatBothEnginesKnow(t *testing.T) {
	comment := regexp.MustCompile(`(?m)--.*$`)
	for _, path := range filesOf(t, ".sql") {
		if found := oneEngine.FindString(comment.ReplaceAllString(read(t, path), "")); found != "" {
			t.Errorf("%s uses %q", path, found)
		}
		if !strings.Contains(read(t, path), "-- +goose Down") {
			t.Errorf("%s has no way down", path)
		}
	}
}

func TestStatementsUseOnlyWhatBothEnginesKnow(t *testing.T) {
	for _, path := range goFiles(t) {
		if strings.HasSuffix(path, "_test.go") || strings.HasPrefix(path, "internal/db/") {
			continue
		}
		files := token.NewFileSet()
		ast.Inspect(parsed(t, files, path), func(node ast.Node) bool {
			literal, ok := node.(*ast.BasicLit)
			if !ok || literal.Kind != token.STRING {
				return true
			}
			text, err := strconv.Unquote(literal.Value)
			if err != nil || !statement.MatchString(text) {
				return true
			}
			if found := oneEngine.FindString(text); found != "" {
				t.Errorf("%s: a statement uses %q", files.Position(literal.Pos()), found)
			}
			return true
		})
	}
}

func TestRulesOnStatementsKnowTheEnginesApart(t *testing.T) {
	for text, want := range map[string]bool{
		"SELECT a::text FROM b": true, "SELECT strftime('%Y', a) FROM b": true, "id INTEGER PRIMARY KEY AUTOINCREMENT": true, "id BIGSERIAL": true, "id SERIAL PRIMARY KEY": true,
		"WHERE a ILIKE 'x'": true, "DEFAULT CURRENT_TIMESTAMP": true, "INSERT OR IGNORE INTO a": true, "SELECT datetime('now')": true,
		"UPDATE a SET b = b + 1 WHERE id = 1 RETURNING b": false, "INSERT INTO a (b) VALUES ($1) ON CONFLICT (b) DO UPDATE SET b = excluded.b": false,
		"SELECT MAX(updated_at), COALESCE(serial, '') FROM a": false, "SELECT valid_uuid, now_at FROM a": false,
	} {
		if got := oneEngine.MatchString(text); got != want {
			t.Errorf("%s: got %v, want %v", text, got, want)
		}
	}
}
