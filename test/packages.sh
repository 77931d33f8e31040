# Copyright (c) 2026 The socketlock authors
# SPDX-License-Identifier: BSL-1.0
# shellcheck shell=bash

# The one list of Debian packages. Source it, then: install_packages "${build_packages[@]}"

# shellcheck disable=SC2034 # the arrays are for the scripts that source this
{
    # To build the library and the program, and to try them out.
    build_packages=(
        g++
        cmake
        ninja-build
        libboost1.81-dev
        libboost-json1.81-dev
        libboost-program-options1.81-dev
        libssl-dev
    )

    # Also, to build and run the tests.
    test_packages=(
        libboost-test1.81-dev
        libboost-context1.81-dev
        libboost-coroutine1.81-dev
        libsqlite3-dev # for one of the examples
        iproute2
        procps
        python3
        strace
        valgrind
    )

    # Also, to build with b2, and to use the library as a package.
    consume_packages=(
        libboost1.81-tools-dev
        dpkg-dev # dpkg-shlibdeps
        file
        git
        make
        pkgconf
    )

    # Also, for the benchmark: peers of this library, and plots.
    bench_packages=(
        gnuplot-nox
        python3-filelock
        qt6-base-dev
    )

    # To build the documentation.
    doc_packages=(
        asciidoctor
        doxygen
        ruby-rouge # highlights the code in it
    )

    # Also, for the further checks of .ci/run.
    ci_packages=(
        clang
        clang-format
        clang-tidy
        libclang-rt-14-dev
        llvm # symbols in the reports of its sanitizers
        git
        shellcheck
    )
}

# Installs those of the packages that are missing; says nothing when there are none.
install_packages()
{
    command -v dpkg-query >/dev/null || return 0 # not Debian: left to whoever builds here

    local package missing=()
    for package in "$@"; do
        [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] ||
            missing+=("$package")
    done
    ((${#missing[@]})) || return 0

    local as_root=()
    if ((EUID != 0)); then
        if ! command -v sudo >/dev/null; then
            echo "Missing packages: ${missing[*]}. Install them as root, then try again." >&2
            return 1
        fi
        as_root=(sudo)
    fi
    as_root+=(env DEBIAN_FRONTEND=noninteractive)

    echo "Installing ${missing[*]}" >&2
    local log
    log=$(mktemp)
    if ! { "${as_root[@]}" apt-get -qq update &&
        "${as_root[@]}" apt-get -qq -y --no-install-recommends install "${missing[@]}"; } \
        >"$log" 2>&1; then
        cat "$log" >&2
        rm -f "$log"
        return 1
    fi
    rm -f "$log"
}
