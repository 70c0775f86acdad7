#!/bin/sh
# compiles_alone.sh HEADER INCLUDE_FOLDER COMPILER...: a source that includes nothing but HEADER, twice, compiles without
# a warning, with nothing in the include path but the public headers, and reads no header of a library behind croquis.
set -eu
header=$1 include=$2
shift 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
printf '#include <%s>\n#include <%s>\n' "$header" "$header" >"$work/alone.cpp"
"$@" -std=c++20 -Wall -Wextra -Wpedantic -Werror -fsyntax-only -I"$include" -MD -MF "$work/read" "$work/alone.cpp"
grep -q "$header" "$work/read"
if grep -iE '/(openblas|oneapi|tbb|hwy|fftw|cblas|lapack)' "$work/read"; then
  echo "$header needs the headers above, which a user of croquis need not have"
  exit 1
fi
