#!/usr/bin/env python3
# Copyright (c) 2026 The socketlock authors
# SPDX-License-Identifier: BSL-1.0

"""usage: test/rooms_self_test.py

Tests rooms.py: each of its rules is broken in a small tree, and has to be named. Prints
"ok rooms/self_test_NAME" or "not ok rooms/self_test_NAME" for each tree.
"""

import pathlib
import sys
import tempfile

from rooms import PURE, RULES, SRC, broken_rules


def good_tree():
    """Files of a tree that breaks no rule, with their includes."""
    detail = "include/socketlock/detail"
    tree = {f"{detail}/{pattern.replace('*.*', '.hpp').replace('.*', '.hpp')}": "" for pattern in PURE}
    header_only = "\n#ifdef SOCKETLOCK_HEADER_ONLY\n#include <socketlock/src.hpp>\n#endif\n"
    tree |= {
        "include/socketlock.hpp": include("process_lock.hpp"),
        "include/socketlock/config.hpp": "#if defined(SOCKETLOCK_SEPARATE_COMPILATION)\n#endif\n",
        "include/socketlock/error.hpp": include("config.hpp") + header_only,
        "include/socketlock/process_lock.hpp": include(
            "detail/process/runtime.hpp", "error.hpp", "impl/process_lock.hpp") + header_only,
        "include/socketlock/impl/error.ipp": include("error.hpp"),
        "include/socketlock/impl/process_lock.hpp": include("process_lock.hpp"),
        f"include/{SRC}": include(
            "impl/error.ipp", "detail/queue/claim.ipp", "detail/queue/claim_timers.ipp"),
        f"{detail}/common/id.hpp": include("config.hpp"),
        f"{detail}/platform/crypto.hpp": include("detail/common/id.hpp") + "#include <openssl/evp.h>\n",
        f"{detail}/platform/fork.hpp": include("config.hpp"),
        f"{detail}/platform/platform.ipp":
            "#if defined(__linux__)\n" + include("detail/platform/posix/fork.ipp") + "#endif\n",
        f"{detail}/platform/posix/fork.ipp": include("detail/platform/fork.hpp"),
        f"{detail}/completion/operation.hpp": "#include <boost/asio/post.hpp>\n" + include("error.hpp"),
        f"{detail}/record/record.hpp": include("detail/common/id.hpp"),
        f"{detail}/record/lock_name.hpp": include("detail/platform/crypto.hpp"),
        f"{detail}/record/lock_file.hpp": include(
            "detail/record/record.hpp", "detail/platform/fork.hpp"),
        f"{detail}/wire/endpoint.hpp": include("detail/completion/operation.hpp"),
        f"{detail}/queue/claim.hpp": include("detail/record/lock_file.hpp", "detail/wire/endpoint.hpp"),
        f"{detail}/queue/claim.ipp": include("detail/queue/claim.hpp"),
        f"{detail}/queue/claim_timers.ipp": include("detail/queue/claim.hpp"),
        f"{detail}/process/runtime.hpp": include("detail/queue/claim.hpp"),
        "src/socketlock.cpp": include("src.hpp"),
        "src/tool/platform.cpp": "#if defined(__linux__)\n#endif\n",
        "src/tool/main.cpp": include("process_lock.hpp") + '#include "commands.hpp"\n',
    }
    return tree


def include(*names):
    return "".join(f"#include <socketlock/{name}>\n" for name in names)


def bad_trees():
    """NAME: (the rule that it breaks, a file, what is added to it)."""
    detail = "include/socketlock/detail"
    lines = {
        "a_file_in_no_room": ("every_file_has_a_room", f"{detail}/misc/tools.hpp", ""),
        "a_file_between_the_rooms": ("every_file_has_a_room", f"{detail}/tools.hpp", ""),
        "a_body_without_a_public_header": (
            "every_file_has_a_room", "include/socketlock/impl/claim.ipp", ""),
        "queue_includes_process": (
            "includes_go_down", f"{detail}/queue/links.hpp", include("detail/process/runtime.hpp")),
        "a_body_includes_a_room_above": (
            "includes_go_down", f"{detail}/wire/endpoint.ipp",
            include("detail/queue/claim_machine.hpp")),
        "a_body_of_a_system_includes_a_room_above": (
            "includes_go_down", f"{detail}/platform/posix/fork.ipp",
            include("detail/completion/operation.hpp")),
        "completion_includes_a_public_header": (
            "includes_go_down", f"{detail}/completion/operation.hpp", include("scoped_lock.hpp")),
        "a_quoted_include_goes_up": (
            "includes_go_down", f"{detail}/wire/endpoint.hpp",
            '#include "../queue/claim_machine.hpp"\n'),
        "vocabulary_includes_a_room": (
            "vocabulary_includes_nothing_but_itself_and_common", "include/socketlock/impl/error.ipp",
            include("detail/platform/fork.hpp")),
        "wire_includes_record": (
            "wire_and_record_do_not_know_each_other", f"{detail}/wire/endpoint.hpp",
            include("detail/record/lock_file.hpp")),
        "record_includes_wire": (
            "wire_and_record_do_not_know_each_other", f"{detail}/record/lock_file.hpp",
            include("detail/wire/frame.hpp")),
        "two_headers_include_each_other": (
            "no_two_files_include_each_other", f"{detail}/wire/endpoint.hpp",
            include("detail/wire/session.hpp")),
        "a_circle_by_way_of_a_body": (
            "no_two_files_include_each_other", f"{detail}/wire/endpoint.ipp",
            include("detail/wire/session.hpp")),
        "a_circle_of_three": (
            "no_two_files_include_each_other", f"{detail}/queue/claim_timers.ipp",
            include("detail/queue/claim_links.hpp")),
        "a_header_includes_a_body": (
            "bodies_are_included_by_src_alone", f"{detail}/queue/claim.hpp",
            include("detail/queue/claim_timers.ipp")),
        "a_room_includes_src": (
            "bodies_are_included_by_src_alone", f"{detail}/queue/claim.hpp", include("src.hpp")),
        "pure_code_includes_asio": (
            "pure_code_includes_neither_asio_nor_the_platform", f"{detail}/record/decision.hpp",
            "#include <boost/asio/post.hpp>\n"),
        "pure_code_comes_to_asio_by_another_header": (
            "pure_code_includes_neither_asio_nor_the_platform", f"{detail}/record/decision.hpp",
            include("detail/completion/operation.hpp")),
        "a_pure_body_includes_the_platform": (
            "pure_code_includes_neither_asio_nor_the_platform", f"{detail}/wire/frame.ipp",
            include("detail/platform/fork.hpp")),
        "pure_code_includes_a_header_of_the_system": (
            "pure_code_includes_neither_asio_nor_the_platform", f"{detail}/wire/message.ipp",
            "#include <unistd.h>\n"),
        "a_pure_file_is_not_there": (
            "pure_code_includes_neither_asio_nor_the_platform", f"{detail}/wire/frame.hpp", None),
        "a_room_asks_for_the_system": (
            "the_system_is_asked_for_in_platform_alone", f"{detail}/queue/claim.ipp",
            "#ifdef __linux__\n#endif\n"),
        "a_condition_of_two_lines_asks_for_the_system": (
            "the_system_is_asked_for_in_platform_alone", f"{detail}/queue/claim.ipp",
            "#if defined(A) || \\\n    defined(_WIN32)\n#endif\n"),
        "the_program_asks_for_the_system": (
            "the_system_is_asked_for_in_platform_alone", "src/tool/main.cpp",
            "#if defined(__APPLE__)\n#endif\n"),
        "the_program_includes_a_room": (
            "the_program_includes_public_headers_alone", "src/tool/main.cpp",
            include("detail/record/record.hpp")),
        "the_program_includes_src": (
            "the_program_includes_public_headers_alone", "src/tool/main.cpp", include("src.hpp")),
    }
    session = {f"{detail}/wire/session.hpp": include("detail/wire/endpoint.hpp")}
    others = {
        "two_headers_include_each_other": session,
        "a_circle_by_way_of_a_body": session,
        "completion_includes_a_public_header": {"include/socketlock/scoped_lock.hpp": ""},
        "a_circle_of_three": {
            f"{detail}/queue/claim_links.hpp": include("detail/queue/line.hpp"),
            f"{detail}/queue/line.hpp": include("detail/queue/claim.hpp"),
        },
    }
    return {name: (*line, others.get(name, {})) for name, line in lines.items()}


def broken_in(files):
    with tempfile.TemporaryDirectory() as directory:
        root = pathlib.Path(directory)
        for name, text in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return broken_rules(root)


def self_test():
    def report(name, expected, seen):
        if seen != expected:
            print(f"{name}: breaks {seen}, should break {expected}")
        print(f"{'ok' if seen == expected else 'not ok'} rooms/self_test_{name}")
        return seen == expected

    good = report("a_good_tree", [], broken_in(good_tree()))
    tested = set()
    for name, (rule, file, added, others) in bad_trees().items():
        files = good_tree() | others
        if added is None:
            del files[file]
        else:
            files[file] = files.get(file, "") + added
        good = report(name, [rule], broken_in(files)) and good
        tested.add(rule)
    untested = [rule.__name__ for rule in RULES if rule.__name__ not in tested]
    return report("every_rule_has_a_bad_tree", [], untested) and good


if __name__ == "__main__":
    sys.exit(0 if self_test() else 1)
