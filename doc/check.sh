#!/usr/bin/env bash
# Copyright (c) 2026 The socketlock authors
# SPDX-License-Identifier: BSL-1.0

# usage: doc/check.sh
#
# Builds the documentation, with warnings as errors, and checks that its links lead somewhere, and that
# the files that it names and the tests that it calls proofs exist. Exits with 1 if not.

set -uo pipefail
cd "$(dirname "$0")/.." || exit 1

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

failed=no
complain()
{
    echo "$*" >&2
    failed=yes
}

# Prints "FILE: LINK" for each link within the HTML files below the directory $1 that leads nowhere.
dead_links()
{
    (
        cd "$1" || exit
        find . -name '*.html' -printf '%P\0' | xargs -0 grep -oHE '(id|name|href|src)="[^"]*"' | awk '
            # Resolves `path` against the directory of the file `from`.
            function resolved(from, path,    parts, n, i, out, deep, kept) {
                sub(/[^\/]*$/, "", from)
                n = split(from path, parts, "/")
                for (i = 1; i <= n; ++i) {
                    if (parts[i] == "..") --deep
                    else if (parts[i] != "." && parts[i] != "") kept[++deep] = parts[i]
                }
                for (i = 1; i <= deep; ++i) out = out (i > 1 ? "/" : "") kept[i]
                return out
            }
            {
                colon = index($0, ":")
                file = substr($0, 1, colon - 1)
                rest = substr($0, colon + 1)
                quote = index(rest, "\"")
                kind = substr(rest, 1, quote - 2)
                value = substr(rest, quote + 1, length(rest) - quote - 1)
                if (kind == "id" || kind == "name") anchors[file "#" value] = 1
                else if (value !~ /^([a-z]+:|\/\/)/ && value != "#") links[file "\n" value] = 1
            }
            END {
                for (link in links) {
                    split(link, part, "\n")
                    path = part[2]
                    fragment = ""
                    if (i = index(path, "#")) {
                        fragment = substr(path, i)
                        path = substr(path, 1, i - 1)
                    }
                    target = path == "" ? part[1] : resolved(part[1], path)
                    if (fragment != "" && !((target fragment) in anchors) ||
                        system("test -f \"" target "\"") != 0)
                        print part[1] ": " part[2]
                }
            }'
    )
}

# Prints "FILE CASE" for each case that the guarantees, and the table of reports, call a proof.
proofs()
{
    awk '
        /^\* `test\// { inside = 1 }
        !/^(\* |  )/ { inside = 0 }
        inside {
            while (match($0, /`[^`]+`/)) {
                word = substr($0, RSTART + 1, RLENGTH - 2)
                if (word ~ /^test\//) file = word
                else print file, word
                $0 = substr($0, RSTART + RLENGTH)
            }
        }' doc/guarantees.adoc doc/nobody_hurt.adoc
}

# has_case FILE NAME: FILE defines a test case of that name.
has_case()
{
    case $1 in
    *.sh)
        grep -q "^test_$2()" "$1"
        ;;
    */main.cpp) # a plain program: the name of the test, or of one of its scenarios
        grep -q "NAME $2 " test/CMakeLists.txt || grep -qF "{\"$2\"," "${1%/*}"/*.cpp
        ;;
    *)
        tr '\n' ' ' <"$1" | grep -qE "BOOST_(AUTO|FIXTURE|DATA)_TEST_CASE\( *$2\b"
        ;;
    esac
}

./doc/build.sh "$out" || complain "the documentation cannot be built without warnings"

pages=$(find "$out" -maxdepth 1 -name '*.html' | wc -l)
sources=$(find doc -maxdepth 1 -name '*.adoc' | wc -l)
((pages == sources)) || complain "there are $pages pages of $sources sources"

# Doxygen skips values of an enumeration that have no comment.
values=$(sed -n '/^enum class /,/^};$/p' include/socketlock/*.hpp |
    grep -cE '^ +[a-z_]+( = 1)?,$')
described=$(grep -c 'class="fieldname"' "$out/reference/namespacesocketlock.html")
((values > 0 && values == described)) || complain "$described of $values values of enumerations are described"

dead=$(dead_links "$out")
[[ -z $dead ]] || complain "links that lead nowhere:"$'\n'"$dead"

# Paths in monospace: within the project, or one of the library's own headers.
# shellcheck disable=SC2016 # the quotes are AsciiDoc's
monospace='`(test|example|include|src|doc|detail|impl)/[a-zA-Z0-9_./-]+`'
while read -r path; do
    [[ -e $path || -e include/socketlock/$path ]] || complain "there is no $path"
done < <(grep -ohE "$monospace" doc/*.adoc | tr -d '`' | sort -u)

checked=0
while read -r file name; do
    if [[ ! -f $file ]] || ! has_case "$file" "$name"; then
        complain "$file has no test case $name"
    fi
    checked=$((checked + 1))
done < <(proofs)
((checked >= 50)) || complain "only $checked proofs were found"

[[ $failed == no ]] || exit 1
echo "$pages pages, all links resolve; $checked test cases that are named exist"
