#!/usr/bin/env bash
# Copyright (c) 2026 The socketlock authors
# SPDX-License-Identifier: BSL-1.0

# usage: doc/build.sh DIRECTORY
#
# Builds the documentation into DIRECTORY: its pages from doc/*.adoc by asciidoctor, the reference from
# the comments of the public headers by Doxygen. A warning of either is an error.

set -euo pipefail

[[ $# == 1 && $1 != -* ]] || {
    echo "usage: doc/build.sh DIRECTORY" >&2
    exit 64
}
mkdir -p "$1"
out=$(cd "$1" && pwd)
cd "$(dirname "$0")"

version=$(sed -n 's/^#define SOCKETLOCK_VERSION_STRING "\(.*\)"$/\1/p' \
    ../include/socketlock/config.hpp)

mkdir -p "$out/images"
cp images/*.svg "$out/images"
asciidoctor --failure-level=WARN --destination-dir="$out" \
    --attribute=toc=left --attribute=docinfo=shared --attribute=imagesdir=images \
    --attribute=source-highlighter=rouge --attribute=rouge-css=style --attribute='webfonts!' \
    --attribute=sectanchors --attribute=idprefix= --attribute=idseparator=- \
    --attribute=version="$version" --attribute=reproducible --attribute='last-update-label!' \
    ./*.adoc

# Doxygen exits with 1 after its first warnings, but creates only the last part of the path.
rm -rf "$out/reference"
{
    cat Doxyfile
    echo "PROJECT_NUMBER = $version"
    echo "OUTPUT_DIRECTORY = \"$out\""
} | doxygen -
