#!/usr/bin/env bash
# Copyright (c) 2026 The socketlock authors
# SPDX-License-Identifier: BSL-1.0

# usage: doc/build.sh DIRECTORY
#
# Builds the documentation into DIRECTORY: its pages from doc/*.adoc by asciidoctor, the reference from
# the comments of the public headers by Doxygen. A warning of either is an error. Installs both, and
# rouge, if they are missing (Debian 12, as root or with sudo).

set -euo pipefail

[[ $# == 1 && $1 != -* ]] || {
    echo "usage: doc/build.sh DIRECTORY" >&2
    exit 64
}
mkdir -p "$1"
out=$(cd "$1" && pwd)
cd "$(dirname "$0")"
# shellcheck source=test/packages.sh
. ../test/packages.sh

has_tools()
{
    command -v asciidoctor >/dev/null && command -v doxygen >/dev/null &&
        ruby -e 'require "rouge"' 2>/dev/null
}

if ! has_tools && ! { install_packages "${doc_packages[@]}" && has_tools; }; then
    echo "doc/build.sh needs these packages: ${doc_packages[*]}" >&2
    exit 69
fi

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
