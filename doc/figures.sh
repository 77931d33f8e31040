#!/usr/bin/env bash
# Copyright (c) 2026 The socketlock authors
# SPDX-License-Identifier: BSL-1.0

# usage: doc/figures.sh [BENCHMARK-OPTION...]
#
# Measures everything, with the benchmark's options, and draws the plots of doc/figures.adoc.
# Installs what is missing, and takes some minutes, in which the machine should do nothing else.

set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=test/packages.sh
. test/packages.sh

install_packages "${build_packages[@]}" "${test_packages[@]}" "${bench_packages[@]}"
cmake --preset default >/dev/null
cmake --build build --target socketlock_bench >/dev/null

drawn=$(mktemp -d)
trap 'rm -rf "$drawn"' EXIT
build/bin/socketlock_bench --json build/figures.json --plot "$drawn" "$@"
for plot in "$drawn"/*.svg; do
    sed '0,/<svg/s//<!-- Copyright (c) 2026 The socketlock authors -->\n<!-- SPDX-License-Identifier: BSL-1.0 -->\n&/' \
        "$plot" >"doc/images/${plot##*/}"
done
