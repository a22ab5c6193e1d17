#!/bin/sh
# Tests everything: vet, the browser journeys, and all Go tests on SQLite and on a PostgreSQL of its own
# that is gone afterwards. The Go tests come last, so that their summary ends the output.
set -u
cd "$(dirname "$0")/.." || exit 1
ci=${CI:-false}
failed=0

has() { command -v "$1" >/dev/null 2>&1; }

# postgres_bin prints the folder of initdb and pg_ctl: version 15 first, then any, then PATH.
postgres_bin() {
	for dir in /usr/lib/postgresql/15/bin /usr/lib/postgresql/*/bin; do
		[ -x "$dir/initdb" ] && { echo "$dir"; return; }
	done
	has initdb && dirname "$(command -v initdb)"
}

missing() {
	has "${CHROMIUM:-chromium}" || echo chromium
	has pdfsig || echo poppler-utils
	[ -n "$(postgres_bin)" ] || echo postgresql
}

# install_missing gets what is missing on Debian, as root or with sudo that asks nothing.
install_missing() {
	has apt-get || return
	as=""
	[ "$(id -u)" = 0 ] || { has sudo && sudo -n true 2>/dev/null && as="sudo -n"; } || return
	echo "Installing $*"
	$as apt-get -o DPkg::Lock::Timeout=300 update -q >/dev/null
	$as env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -q -y --no-install-recommends "$@" >/dev/null
}

prepare() {
	# shellcheck disable=SC2046 # one word per package
	[ -z "$(missing)" ] || install_missing $(missing)
	lacking=$(missing)
	has npm || lacking="$lacking nodejs npm"
	[ -z "$lacking" ] && return
	echo "Missing: $(echo $lacking). Their tests are skipped; install them to run everything."
	[ "$ci" != true ] || exit 1
}

# as_postgres runs a command as a user that PostgreSQL accepts: it refuses root.
as_postgres() {
	if [ "$(id -u)" = 0 ]; then (cd / && runuser -u postgres -- "$@"); else "$@"; fi
}

start_postgres() {
	bin=$(postgres_bin)
	[ -n "$bin" ] || return
	pg=$(mktemp -d /tmp/accordo-postgres.XXXXXX)
	[ "$(id -u)" != 0 ] || chown postgres "$pg"
	as_postgres "$bin/initdb" -D "$pg/data" -U accordo -A trust --no-sync -E UTF8 --locale=C >/dev/null || return
	for _ in 1 2 3 4 5 6 7 8; do # a port may be taken, also by a second checkout at this moment
		port=$(shuf -i 20000-32000 -n 1)
		options="-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$pg -c fsync=off -c max_connections=200"
		if as_postgres "$bin/pg_ctl" -D "$pg/data" -s -w -l "$pg/log" -o "$options" start 2>/dev/null; then
			export ACCORDO_TEST_POSTGRES="postgres://accordo@127.0.0.1:$port/postgres?sslmode=disable"
			return
		fi
	done
	echo "PostgreSQL did not start:" && tail -5 "$pg/log"
	failed=1
}

stop_postgres() {
	[ -n "${pg:-}" ] || return
	as_postgres "$bin/pg_ctl" -D "$pg/data" -s -m immediate stop 2>/dev/null
	rm -rf "$pg"
}

step() {
	echo "== $1"
	shift
	"$@" || failed=1
}

trap stop_postgres EXIT
trap 'exit 130' INT TERM
prepare
start_postgres
step "build" make --no-print-directory build
step "vet" go vet ./...
if has node; then step "browser journeys" node --test --test-concurrency=1 e2e/*.test.mjs; fi
step "go test" go test ./...
exit $failed
