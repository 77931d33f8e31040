#!/usr/bin/env python3
# Copyright (c) 2026 The socketlock authors
# SPDX-License-Identifier: BSL-1.0

"""usage: test/rooms.py [DIRECTORY]

Checks what the files of the tree include. The rooms stand in this order, and an include goes down
the list or stays in its room:

    (public) process etcd queue wire record completion platform common

Besides, every room may include the vocabulary: config, error, holder_info and options. A body (.ipp)
counts as its header. Prints "ok rooms/RULE" or "not ok rooms/RULE" for each rule, after what breaks
it. That each rule can be broken is tested by rooms_self_test.py.
"""

import fnmatch
import pathlib
import posixpath
import re
import sys

ROOMS = ["common", "platform", "completion", "record", "wire", "queue", "etcd", "process", "public"]
VOCABULARY = ["config", "error", "holder_info", "options"]

# Decisions, state machines and codecs. Each pattern has to match a file.
PURE = [
    "record/decide.*",
    "record/decision.*",
    "record/record.*",
    "record/record_scanner.*",
    "record/record_text.*",
    "record/record_writer.*",
    "record/presence_info.*",
    "record/lock_name.*",
    "queue/claim_machine*.*",
    "queue/claim_request.*",
    "queue/claim_actions.*",
    "wire/frame.*",
    "wire/message.*",
    "wire/handshake.*",
]
PURE_MAY_INCLUDE = [  # hashes
    "socketlock/detail/platform/crypto.hpp",
    "socketlock/detail/platform/hmac.hpp",
]

SRC = "socketlock/src.hpp"
INCLUDERS_OF_BODIES = [SRC, "socketlock/detail/platform/platform.ipp"]
PROGRAM_ASKS_FOR_SYSTEM = "tool/platform.cpp"

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:<([^>]+)>|"([^"]+)")', re.M)
CONDITION = re.compile(r"^\s*#\s*(?:if|ifdef|ifndef|elif)\b(.*)$", re.M)
SYSTEM = re.compile(
    r"\b(?:_*(?:linux|unix|APPLE|MACH|CYGWIN|ANDROID|sun|FreeBSD|NetBSD|OpenBSD|DragonFly)_*"
    r"|_?_?WIN(?:32|64|NT|DOWS)_*|BOOST_OS_\w+|BOOST_WINDOWS\w*|BOOST_ASIO_WINDOWS\w*"
    r"|BOOST_HAS_UNISTD_H|_POSIX_\w+|SOCKETLOCK_PLAIN_POSIX)\b"
)


def text_of(path):
    """The file without block comments, continued lines joined."""
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"/\*.*?\*/", " ", text, flags=re.S)
    return text.replace("\\\n", " ")


class Tree:
    """What the tree at `root` consists of. Names are as in an include: socketlock/error.hpp."""

    def __init__(self, root):
        self.texts = self.read(root / "include")
        self.program = self.read(root / "src")
        self.includes = {name: self.included(name) for name in self.texts}

    @staticmethod
    def read(directory):
        files = sorted(p for p in directory.rglob("*") if p.suffix in (".hpp", ".ipp", ".cpp"))
        return {p.relative_to(directory).as_posix(): text_of(p) for p in files}

    def included(self, name):
        result = []
        for angle, quoted in INCLUDE.findall(self.texts[name]):
            beside = posixpath.normpath(posixpath.join(posixpath.dirname(name), quoted))
            result.append(beside if quoted and beside in self.texts else angle or quoted)
        return result

    def edges(self):
        """Pairs of a file and one that it includes, both of this tree, without src.hpp."""
        for name, includes in self.includes.items():
            for other in includes:
                if other in self.texts and SRC not in (name, other):
                    yield name, other

    def unit(self, name):
        """The header that a file counts as: for a body, the longest one whose name it begins with."""
        path = pathlib.PurePosixPath(name)
        if path.suffix == ".hpp" and path.parent.name != "impl":
            return name
        outer = path.parent.name in ("impl", "posix", "linux", "windows")
        directory = path.parent.parent if outer else path.parent
        words = path.stem.split("_")
        for count in range(len(words), 0, -1):
            header = (directory / ("_".join(words[:count]) + ".hpp")).as_posix()
            if header in self.texts:
                return header
        return name

    def room(self, name):
        """The file's room; "vocabulary", or nothing if it is in none."""
        parts = pathlib.PurePosixPath(self.unit(name)).parts
        if parts[1:2] == ("detail",):
            room = parts[2] if len(parts) > 3 else None
            return room if room in ROOMS[:-1] else None
        if len(parts) == 2 and pathlib.PurePosixPath(parts[1]).stem in VOCABULARY:
            return "vocabulary"
        return "public" if len(parts) <= 2 else None


def every_file_has_a_room(tree):
    for name in tree.texts:
        if tree.room(name) is None:
            yield f"{name} is in no room"


def includes_go_down(tree):
    for name, other in tree.edges():
        here, there = tree.room(name), tree.room(other)
        if {here, there} == {"wire", "record"}:
            continue  # a rule of its own
        if here in ROOMS and there in ROOMS and ROOMS.index(there) > ROOMS.index(here):
            yield f"{name} ({here}) includes {other} ({there})"


def vocabulary_includes_nothing_but_itself_and_common(tree):
    for name, other in tree.edges():
        if tree.room(name) == "vocabulary" and tree.room(other) not in ("vocabulary", "common"):
            yield f"{name} includes {other}"


def wire_and_record_do_not_know_each_other(tree):
    for name, other in tree.edges():
        if {tree.room(name), tree.room(other)} == {"wire", "record"}:
            yield f"{name} includes {other}"


def no_two_files_include_each_other(tree):
    graph = {}
    for name, other in tree.edges():
        if tree.unit(name) != tree.unit(other):
            graph.setdefault(tree.unit(name), set()).add(tree.unit(other))
    for cycle in cycles(graph):
        yield " -> ".join(cycle)


def bodies_are_included_by_src_alone(tree):
    for name, includes in tree.includes.items():
        for other in includes:
            if other.endswith(".ipp") and name not in INCLUDERS_OF_BODIES:
                yield f"{name} includes {other}"
            if other == SRC and not is_public(name):
                yield f"{name} includes {other}"


def pure_code_includes_neither_asio_nor_the_platform(tree):
    pure = []
    for pattern in PURE:
        found = fnmatch.filter(tree.texts, f"socketlock/detail/{pattern}")
        if not found:
            yield f"{pattern}: no such file"
        pure += found
    for name in sorted(set(pure)):
        path = way_to_what_is_not_pure(tree, name)
        if path:
            yield " -> ".join(path)


def the_system_is_asked_for_in_platform_alone(tree):
    for name, text in (*tree.texts.items(), *tree.program.items()):
        if name.startswith("socketlock/detail/platform/") or name == PROGRAM_ASKS_FOR_SYSTEM:
            continue
        for condition in CONDITION.findall(text):
            if SYSTEM.search(condition):
                yield f"{name}: {condition.strip()}"


def the_program_includes_public_headers_alone(tree):
    for name, text in tree.program.items():
        if not name.startswith("tool/"):
            continue
        for angle, quoted in INCLUDE.findall(text):
            other = angle or quoted
            if "socketlock/" in other and (angle == "" or not is_public(other)):
                yield f"{name} includes {other}"


RULES = [
    every_file_has_a_room,
    includes_go_down,
    vocabulary_includes_nothing_but_itself_and_common,
    wire_and_record_do_not_know_each_other,
    no_two_files_include_each_other,
    bodies_are_included_by_src_alone,
    pure_code_includes_neither_asio_nor_the_platform,
    the_system_is_asked_for_in_platform_alone,
    the_program_includes_public_headers_alone,
]


def is_public(name):
    return name != SRC and re.fullmatch(r"socketlock(/\w+)?\.hpp", name) is not None


def cycles(graph):
    """One cycle, as a list that ends where it begins, for each node of which there is one."""
    seen = set()
    for start in sorted(graph):
        if start in seen:
            continue
        came_from, queue = {}, [start]
        while queue and start not in came_from:
            node = queue.pop(0)
            for other in sorted(graph.get(node, ())):
                if other not in came_from:
                    came_from[other] = node
                    queue.append(other)
        if start in came_from:
            path = [start, came_from[start]]
            while path[-1] != start:
                path.append(came_from[path[-1]])
            seen.update(path)
            yield path[::-1]


def way_to_what_is_not_pure(tree, name):
    """The includes by which a pure file comes to something that is not; nothing if it does not."""
    ways, queue = {name: [name]}, [name]
    while queue:
        node = queue.pop(0)
        for other in tree.includes[node]:
            way = ways[node] + [other]
            if other.startswith("boost/asio") or other.endswith(".h"):
                return way
            if other not in tree.texts or other in ways or other in [SRC, *PURE_MAY_INCLUDE]:
                continue
            if tree.room(other) == "platform":
                return way
            ways[other] = way
            queue.append(other)
    return None


def broken_rules(root, show=False):
    tree = Tree(root)
    broken = []
    for rule in RULES:
        problems = list(rule(tree))
        if show:
            for problem in problems:
                print(f"{rule.__name__}: {problem}")
            print(f"{'not ok' if problems else 'ok'} rooms/{rule.__name__}")
        if problems:
            broken.append(rule.__name__)
    return broken


def main(arguments):
    root = pathlib.Path(arguments[0] if arguments else pathlib.Path(__file__).parent.parent)
    return 1 if broken_rules(root, show=True) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
