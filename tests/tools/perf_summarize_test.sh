#!/bin/sh
# perf_summarize_test.sh PROGRAM: the tables and bars that PROGRAM makes of two answers, and its errors.
set -eu
program=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
fail() {
  echo "$1" >&2
  exit 1
}

cat > "$folder/apply.json" <<'END'
[{"case": "gaussian col 10x5 d4 t2", "seconds": 0.002, "reference": "gemm", "reference_seconds": 0.001, "speedup": 0.5},
 {"case": "srht col 10x5 d4 t1", "seconds": 0.5, "reference": "memcpy", "reference_seconds": 1, "speedup": 2, "passes": 3}]
END
"$program" "$folder" apply
cat > "$folder/expected.md" <<'END'
### apply

| case | ms | reference | ms | reference / ours | ours / reference | passes |
|---|---|---|---|---|---|---|
| gaussian col 10x5 d4 t2 | 2 | gemm | 1 | 0.5 | 2 |  |
| srht col 10x5 d4 t1 | 500 | memcpy | 1000 | 2 | 0.5 | 3 |

END
diff "$folder/tables.md" "$folder/expected.md"
printf '1\t2\tsrht col 10x5 d4 t1 / memcpy\n2\t0.5\tgaussian col 10x5 d4 t2 / gemm\n' > "$folder/expected.tsv"
diff "$folder/apply.tsv" "$folder/expected.tsv"

if "$program" "$folder" absent 2> "$folder/error"; then fail "a missing file passed"; fi
grep -q 'absent.json: cannot be read' "$folder/error" || fail "a missing file is not named"
echo '[{"case": "x"}]' > "$folder/short.json"
if "$program" "$folder" short 2> "$folder/error"; then fail "an answer without figures passed"; fi
