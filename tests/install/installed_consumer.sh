#!/bin/sh
# installed_consumer.sh SOURCE BUILD COMPILER...: croquis installed into an empty folder serves a program that knows
# nothing but pkg-config.
set -eu
source=$1 build=$2
shift 2
work=$(TMPDIR=/tmp mktemp -d)  # a folder without blanks, which pkg-config users cannot have either
trap 'rm -rf "$work"' EXIT
DESTDIR="$work" meson install -C "$build" --no-rebuild --quiet

# The staged copy stands in another place than its prefix says, as a package's does while it is made.
description=$(find "$work" -name croquis.pc)
prefix=$(sed -n 's/^prefix=//p' "$description")
sed -i "s|^prefix=.*|prefix=$work$prefix|" "$description"
PKG_CONFIG_PATH=$(dirname "$description")
export PKG_CONFIG_PATH
libraries=$(pkg-config --libs croquis)
echo "pkg-config --libs croquis: $libraries"
case $libraries in
  *openblas* | *tbb* | *fftw* | *hwy*) echo "a program must not have to link what croquis itself links" && exit 1 ;;
esac

# Unquoted on purpose, as users write it.
"$@" -std=c++20 "$source" -o "$work/consumer" $(pkg-config --cflags --libs croquis)
LD_LIBRARY_PATH=$(dirname "$(find "$work" -name libcroquis.so)") "$work/consumer"

# Nothing but the public headers is installed, and all of them.
(cd "$(dirname "$source")/../../include" && find croquis -name '*.hpp' | sort) >"$work/ours"
(cd "$work$prefix/include" && find croquis -type f | sort) >"$work/installed"
diff "$work/ours" "$work/installed"
