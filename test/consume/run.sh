#!/usr/bin/env bash
# Copyright (c) 2026 The socketlock authors
# SPDX-License-Identifier: BSL-1.0

# usage: test/consume/run.sh [WAY...]
#
# Uses the library in each of the ways that the directories here show, and the Debian package:
# builds a program, runs it, and prints "ok WAY" or "not ok WAY"; in the end "N passed, N failed".
# Works on a copy of the tree, without optimisation, and compiles the library once for each way that
# has to.

set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=test/packages.sh
. test/packages.sh

ways=(
    installed_static header_only pkg_config_static installed_shared pkg_config_shared exports
    add_subdirectory fetch_content superproject b2_shared b2_static deb
)
if (($#)); then
    ways=("$@")
fi

install_packages "${build_packages[@]}" "${consume_packages[@]}" || {
    echo "0 passed, 1 failed"
    exit 1
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/socketlock" "$work/build"

# What is under version control, or will be.
if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
    git ls-files -z --cached --others --exclude-standard | while IFS= read -r -d '' file; do
        [[ ! -e $file ]] || printf '%s\0' "$file"
    done
else
    find . -type f -not -path './build*' -not -path '*/bin/*' -print0
fi | tar -czf "$work/socketlock.tar.gz" --null --transform 's,^,socketlock/,' -T -
tar -xzf "$work/socketlock.tar.gz" -C "$work" || exit 1
consumers=$work/socketlock/test/consume
export SOCKETLOCK_DIR=$work/locks
mkdir -m 700 "$SOCKETLOCK_DIR"

# configure SOURCE NAME ARGUMENT...: configures SOURCE, unoptimised, in the build directory NAME.
configure()
{
    local source=$1 name=$2
    shift 2
    cmake -S "$source" -B "$work/build/$name" -G Ninja -DCMAKE_BUILD_TYPE=None "$@"
}

# run PROGRAM: runs a consumer, in a lock directory that knows nothing of the others.
run()
{
    local output
    output=$(SOCKETLOCK_DIR=$(mktemp -d "$work/locks/XXXXXX") "$1") || return 1
    echo "$output"
    [[ $output == locked ]]
}

# consume WAY PREFIX ARGUMENT...: builds and runs a consumer that finds what is installed there.
consume()
{
    local way=$1 name=$1-$2 prefix=$work/$2
    shift 2
    configure "$consumers/$way" "$name" -DCMAKE_PREFIX_PATH="$prefix" "$@" &&
        cmake --build "$work/build/$name" &&
        run "$work/build/$name/consumer"
}

# consume_tree WAY ARGUMENT...: the same for one that builds the library itself.
consume_tree()
{
    local way=$1
    consume "$way" nowhere "${@:2}"
}

# Installs the library to $work/KIND; the tree is moved afterwards, which must not matter.
install_static()
{
    configure "$work/socketlock" static -DBUILD_SHARED_LIBS=OFF -DSOCKETLOCK_BUILD_TESTS=OFF \
        -DSOCKETLOCK_BUILD_BENCH=OFF -DSOCKETLOCK_BUILD_EXAMPLES=OFF &&
        cmake --build "$work/build/static" &&
        cmake --install "$work/build/static" --prefix "$work/before" &&
        "$work/before/bin/socketlock" --version &&
        mv "$work/before" "$work/static"
}

install_shared()
{
    configure "$work/socketlock" shared -DBUILD_SHARED_LIBS=ON -DSOCKETLOCK_BUILD_TOOL=OFF \
        -DSOCKETLOCK_BUILD_TESTS=OFF -DSOCKETLOCK_BUILD_BENCH=OFF \
        -DSOCKETLOCK_BUILD_EXAMPLES=OFF -DCMAKE_INSTALL_LIBDIR=lib &&
        cmake --build "$work/build/shared" &&
        cmake --install "$work/build/shared" --prefix "$work/shared"
}

use_installed_static() { consume installed static; }

use_installed_shared() { consume installed shared; }

use_header_only() { consume header_only static; }

use_add_subdirectory() { consume_tree add_subdirectory; }

use_fetch_content()
{
    consume_tree fetch_content -DSOCKETLOCK_ARCHIVE="$work/socketlock.tar.gz"
}

use_superproject() { consume_tree superproject; }

# pkg_config KIND
pkg_config()
{
    local kind=$1 directory=$work/build/pkg_config_$1 pc
    pc=$(find "$work/$kind" -name socketlock.pc)
    mkdir "$directory" &&
        PKG_CONFIG_PATH=${pc%/*} make -C "$directory" -f "$consumers/pkg_config/Makefile" \
            SOURCE="$consumers/main.cpp" &&
        LD_LIBRARY_PATH=$work/$kind/lib run "$directory/consumer"
}

use_pkg_config_static() { pkg_config static; }

use_pkg_config_shared() { pkg_config shared; }

# Symbols of the shared library that are defined once and for all are those declared with
# SOCKETLOCK_DECL. What else is visible is what compilers emit wherever a template or an inline
# function is used, but nothing of the libraries that nobody should notice.
use_exports()
{
    local library=$work/shared/lib/libsocketlock.so strong
    nm --dynamic --demangle --defined-only "$library" >"$work/exports" || return 1
    strong=$(awk '$2 ~ /^[ABDRT]$/' "$work/exports")
    if ! grep -q ' T socketlock::detail::lock_core::' <<<"$strong"; then
        echo "hides what its users need"
        return 1
    fi
    ! awk '$2 ~ /^[ABDRT]$/' "$work/exports" |
        grep -vE ' [ABDRT] ((VTT|vtable|typeinfo|typeinfo name) for |non-virtual thunk to )?socketlock::' &&
        ! grep -E 'boost::(json|interprocess|container)::|OPENSSL|EVP_' "$work/exports" |
            grep -vE ' (vtable|typeinfo|typeinfo name) for boost::container::[a-z_]+$'
}

# b2_link static|shared
b2_link()
{
    (cd "$consumers/b2" && b2 -d1 link="$1" variant=release optimization=off) &&
        run "$consumers/b2/$1/consumer"
}

use_b2_shared() { b2_link shared; }

use_b2_static() { b2_link static; }

# The package, installed under a root of its own, whose list of installed packages is ours.
use_deb()
{
    local root=$work/root file
    (cd "$work/build/static" && cpack -G DEB) || return 1
    file=$(echo "$work"/build/static/*.deb)
    dpkg-deb --info "$file" && dpkg-deb --contents "$file" || return 1
    dpkg-deb --field "$file" Depends | grep -q 'libboost-json.*libc6.*libssl3' || return 1
    mkdir -p "$root"/var/lib/dpkg/{info,updates,triggers} &&
        cp /var/lib/dpkg/status "$root/var/lib/dpkg/" || return 1
    local dpkg=(
        dpkg --root="$root" --log=/dev/null --force-not-root --force-script-chrootless
    )
    "${dpkg[@]}" --install "$file" 2> >(grep -v 'files list file' >&2) &&
        "$root/usr/bin/socketlock" --version &&
        "$root/usr/bin/socketlock" run consumer -- true &&
        "${dpkg[@]}" --remove socketlock 2> >(grep -v 'files list file' >&2) &&
        [[ ! -e $root/usr/bin/socketlock ]]
}

# try NAME COMMAND...: says on its own what came of COMMAND, and what it wrote if it failed.
passed=0 failed=0
try()
{
    local name=$1 begin=$SECONDS
    shift
    if "$@" >"$work/log" 2>&1; then
        echo "ok $name ($((SECONDS - begin)) s)"
        passed=$((passed + 1))
    else
        sed 's/^/    /' "$work/log"
        echo "not ok $name"
        failed=$((failed + 1))
        return 1
    fi
}

for way in "${ways[@]}"; do
    case $way in
    *_static | header_only | deb) kind=static ;;
    *_shared | exports) kind=shared ;;
    *) kind= ;;
    esac
    [[ $way != b2_* ]] || kind=
    if [[ $kind && ! -d $work/build/$kind ]]; then
        try "install_$kind" "install_$kind"
    fi
    try "$way" "use_$way"
done
echo "$passed passed, $failed failed"
((failed == 0))
