#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs the build into a folder of its own, compiles an example against the installed headers and
# library by pkg-config, and runs it and the installed program there: nothing may point back to the source.
#   check_installed.sh BUILD SOURCE
set -eu
build=$1
source=$2
# Not under the build folder: the program must find its model beside itself, not upwards.
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
DESTDIR=$stage meson install -C "$build" --no-rebuild --quiet >/dev/null
pc=$(find "$stage" -name matriline.pc)
[ -n "$pc" ] || { echo "no matriline.pc was installed"; exit 1; }
prefix=$stage$(sed -n 's/^prefix=//p' "$pc")
export PKG_CONFIG_PATH="${pc%/*}" PKG_CONFIG_SYSROOT_DIR="$stage"
lib=$(find "$stage" -name 'libmatriline.so')
export LD_LIBRARY_PATH="${lib%/*}"
model=$stage$(pkgconf --variable=modeldir matriline)
[ -d "$model" ] || model=$(pkgconf --variable=modeldir matriline)
sanitize=
if nm -D "$lib" | grep -q __asan_init; then
    sanitize=-fsanitize=address,undefined
fi
for example in check_scenario run_family; do
    # CC may be several words.
    # shellcheck disable=SC2046,SC2086
    ${CC:-cc} -std=c17 -Wall -Wextra -Werror $sanitize "$source/examples/api/$example.c" \
        $(pkgconf --cflags --libs matriline) -o "$stage/$example"
done
cd "$stage"
./check_scenario "$model"
./run_family "$model" "$source/examples/anna.yaml"
# The program finds its library and its model beside itself.
unset MATRILINE_MODEL LD_LIBRARY_PATH
"$prefix/bin/matriline" --version
"$prefix/bin/matriline" why seed.division | grep -q tier
"$prefix/bin/matriline" switches | grep -q persistence
"$prefix/bin/matriline" claims r-bereaved | grep -q eva_h
test -s "$prefix/share/man/man1/matriline.1"
test -s "$prefix/share/bash-completion/completions/matriline.bash"
echo installed ok
