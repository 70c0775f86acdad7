#!/bin/sh
# exported_symbols.sh LIBRARY: the shared library exports names of namespace croquis and nothing else. (Instances of the
# standard library's own templates are visible by its declaration, weak, and the same in every program.)
set -eu
exported=$(nm --dynamic --defined-only --demangle "$1" | cut -d ' ' -f 2- | sort -u)
printf '%s\n' "$exported" | grep -q '^T croquis::version'
if printf '%s\n' "$exported" |
  grep -vE '^[A-Za-z] ((typeinfo|typeinfo name|vtable|guard variable) for )?croquis::|^[VWuvw] .*std::'; then
  echo "the names above are exported but are not croquis's"
  exit 1
fi
