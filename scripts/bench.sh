#!/bin/sh
# Runs the benchmarks and writes docs/benchmarks.md, with the machine named. BENCH chooses (a regular expression).
set -eu
cd "$(dirname "$0")/.."
out=$(mktemp)
trap 'rm -f "$out"' EXIT
packages=$(grep -rl --include='*_test.go' '^func Benchmark' . | xargs -n 1 dirname | sort -u)
# shellcheck disable=SC2086 # one word per package
go test -run '^$' -bench "${BENCH:-.}" -benchmem -timeout 60m $packages | tee "$out"

cpu=$(awk -F ': ' '/^model name/ { print $2; exit }' /proc/cpuinfo)
memory=$(awk '/^MemTotal/ { printf "%.0f GB", $2 / 1048576 }' /proc/meminfo)
system=$(. /etc/os-release && echo "$PRETTY_NAME")
mkdir -p docs
{
	echo "# Benchmarks"
	echo
	echo "Written by \`make bench\` on $(date -u +%F): ${cpu:-unknown processor}, $(nproc) cores, $memory memory, $system, $(go version | cut -d ' ' -f 3)."
	echo
	echo "| Package | Benchmark | Time per run | Further measures |"
	echo "| --- | --- | ---: | --- |"
	awk '
		function human(ns) {
			if (ns >= 1e9) return sprintf("%.2f s", ns / 1e9)
			if (ns >= 1e6) return sprintf("%.2f ms", ns / 1e6)
			if (ns >= 1e3) return sprintf("%.2f µs", ns / 1e3)
			return sprintf("%.1f ns", ns)
		}
		/^pkg:/ { sub(/^accordo\.dev\//, "", $2); pkg = $2 }
		/^Benchmark/ {
			time = ""; more = ""
			for (i = 3; i < NF; i += 2) {
				if ($(i + 1) == "ns/op") time = human($i)
				else more = more (more == "" ? "" : ", ") $i " " $(i + 1)
			}
			sub(/^Benchmark/, "", $1); sub(/-[0-9]+$/, "", $1)
			print "| " pkg " | " $1 " | " time " | " more " |"
		}' "$out"
} >docs/benchmarks.md
echo "Written: docs/benchmarks.md"
