#!/bin/sh
# readme_example.sh README SOURCE PROGRAM: the README's C++ block is SOURCE below its opening comment, and the block after
# it is what PROGRAM prints. Sizes of rounding errors differ between machines, so numbers below 1e-9 are compared as such.
set -eu
readme=$1 source=$2 program=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

awk '/^```cpp$/ {inside = 1; next} /^```$/ {if (inside) exit} inside' "$readme" >"$work/shown"
sed '/^\/\//d' "$source" >"$work/real"
diff "$work/shown" "$work/real"

rounding() { sed 's/[0-9.]*e-[1-9][0-9]/<rounding>/g'; }
awk '/^```cpp$/ {seen = 1} seen && /^```text$/ {inside = 1; next} /^```$/ {if (inside) exit} inside' "$readme" |
  rounding >"$work/promised"
"$program" | rounding >"$work/printed"
test -s "$work/promised"
diff "$work/promised" "$work/printed"
