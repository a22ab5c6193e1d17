// Package static serves the files that every page needs: style sheets, icons and the script bundle.
// They are part of the binary. Each address carries a hash of the content, so that a browser may keep
// a file for a year and still sees every change at once.
package static

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"
)

//go:embed *.css *.svg all:dist
var files embed.FS

// Bundle is the name of the script bundle; it is missing when the program was built without Node.
const Bundle = "dist/app.js"

var hashes = hashAll(files)

func hashAll(fsys fs.FS) map[string]string {
	found := map[string]string{}
	_ = fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(data)
		found[name] = hex.EncodeToString(sum[:8])
		return nil
	})
	return found
}

// HasBundle tells whether the script bundle was built in.
func HasBundle() bool { return hashes[Bundle] != "" }

// Canvas is the script of the whole map, which only its page loads.
const Canvas = "dist/whole.js"

// HasCanvas tells whether the script of the whole map was built in.
func HasCanvas() bool { return hashes[Canvas] != "" }

// Sheets lists the style sheets in the order in which they apply.
func Sheets() []string {
	sheets := []string{"tokens.css", "components.css"}
	if hashes["chart.css"] != "" {
		sheets = append(sheets, "chart.css")
	}
	return sheets
}

// Href gives the address of a file, with the hash of its content.
func Href(name string) string {
	if hash := hashes[name]; hash != "" {
		return "/static/" + name + "?v=" + hash
	}
	return "/static/" + name
}

// Handler serves the files under /static/.
func Handler() http.Handler { return http.HandlerFunc(serve) }

func serve(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(path.Clean(r.URL.Path), "/static/")
	hash := hashes[name]
	data, err := files.ReadFile(name)
	if err != nil || hash == "" || strings.HasPrefix(path.Base(name), ".") {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("ETag", `"`+hash+`"`)
	w.Header().Set("Cache-Control", cacheRule(r.URL.Query().Get("v") == hash))
	w.Header().Set("X-Content-Type-Options", "nosniff")
	http.ServeContent(w, r, path.Base(name), time.Time{}, bytes.NewReader(data))
}

// cacheRule lets a browser keep a file whose address names its content; any other is asked for again.
func cacheRule(named bool) string {
	if named {
		return "public, max-age=31536000, immutable"
	}
	return "no-cache"
}
