#!/bin/sh
# Everything that can be said about the code without running it.
set -u
cd "$(dirname "$0")/.." || exit 1
failed=0
tool() { go tool -modfile=tools/go.mod "$@"; }
complain() {
	[ -z "$2" ] && return
	printf '%s\n%s\n' "$1" "$2"
	failed=1
}
generated() { find internal -name '*_templ.go' -exec cksum {} + | sort; }

complain "Not formatted with gofumpt:" "$(git ls-files '*.go' | grep -v '_templ\.go$' | xargs go tool -modfile=tools/go.mod gofumpt -l)"
before=$(generated)
tool templ generate -path internal/web >/dev/null 2>&1 || complain "templ generate failed." " "
[ "$before" = "$(generated)" ] || complain "Generated pages were stale; they have been written anew, commit them:" "$(git status --short -- '*_templ.go')"
go mod tidy -diff || failed=1
go vet ./... || failed=1
tool staticcheck ./... || failed=1
exit $failed
