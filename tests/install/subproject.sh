#!/bin/sh
# subproject.sh SOURCE CROQUIS COMPILER...: croquis builds inside somebody else's Meson project, as a subproject.
set -eu
source=$1 croquis=$2
shift 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/subprojects"
ln -s "$croquis" "$work/subprojects/croquis"
cp "$source" "$work/consumer.cpp"
cat >"$work/meson.build" <<'PROJECT'
project('consumer', 'cpp', default_options: ['cpp_std=c++20'])
croquis = dependency('croquis', fallback: 'croquis',
  default_options: ['tools=false', 'tests=false', 'examples=false', 'perf=false'])
test('consumer', executable('consumer', 'consumer.cpp', dependencies: croquis))
PROJECT
# An installed croquis must not stand in for the subproject; unoptimised, since it is the build that is tested.
CXX="$*" meson setup "$work/build" "$work" --force-fallback-for=croquis --buildtype=plain
meson test -C "$work/build" consumer
