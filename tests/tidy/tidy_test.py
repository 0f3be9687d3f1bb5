#!/usr/bin/env python3
"""Each rule of tidy.py must be able to fail: small bad trees, and what has to be said of them."""

import os
import subprocess
import sys
import tempfile
import unittest

import cpp_code
import tidy

HERE = os.path.dirname(os.path.abspath(__file__))
HEADER = "// Counts. Any thread.\n#pragma once\n"

# A small tree without an offence; every test adds to it.
GOOD = {
    "CMakeLists.txt": "project(x)\n",
    "README.md": "# x\n",
    "core/README.md": "# core\n",
    "core/base/README.md": "# base\n",
    "core/base/count.h": HEADER + "int count();\n",
    "core/base/count.cpp": '#include "core/base/count.h"\n\n#include <vector>\n\nint count() { return 1; }\n',
    "core/pipe/README.md": "# pipe\n",
    "core/pipe/pipe.h": HEADER + '#include "core/base/count.h"\n',
    "core/engine/CMakeLists.txt": "\n",
    "core/store/README.md": "# store\n",
    "core/store/rows.h": HEADER + '#include <sqlite3.h>\nauto kRows = "SELECT id FROM rows";\n',
    "platform/README.md": "# platform\n",
    "platform/posix/README.md": "# posix\n",
    "platform/posix/file.cpp": "#include <unistd.h>\n#ifdef __linux__\n#endif\n",
    "app/README.md": "# app\n",
    "app/gui/README.md": "# gui\n",
    "app/gui/window.h": HEADER + "#include <QString>\nQString title();\n",
    "tests/README.md": "# tests\n",
    "tests/tidy/README.md": "# tidy\n",
    "tests/unit/README.md": "# unit\n",
    "tests/unit/core/base/count_test.cpp": '#include "core/base/count.h"\n#include "samples.h"\n',
    "tests/unit/core/base/samples.h": HEADER,
    "tests/unit/core/base/count_by_two_test.cpp": "\n",
    "core/session/README.md": "# session\n",
    "core/session/talk.cpp": "int talk;\n",
    "tests/conversation/README.md": "# conversation\n",
    "tests/conversation/talk_test.cpp": "\n",
}


def lines(count):
    return "".join(f"  use({i});\n" for i in range(count))


# what the test is about -> file, contents, the offences "path:line [rule]"
BAD = {
    "layer upwards": ("core/base/up.h", HEADER + '#include "core/pipe/pipe.h"\n', ["core/base/up.h:3 [layer]"]),
    "layer sideways": ("core/pipe/side.h", HEADER + '#include "core/store/rows.h"\n', ["core/pipe/side.h:3 [layer]"]),
    "core into app": ("core/store/up.h", HEADER + '#include "app/gui/window.h"\n', ["core/store/up.h:3 [layer]"]),
    "unknown folder": ("core/nowhere/x.h", HEADER + '#include "core/base/count.h"\n',
                       ["core/nowhere:1 [readme]", "core/nowhere/x.h:3 [layer]"]),
    "dots": ("core/pipe/dots.h", HEADER + '#include "../base/count.h"\n', ["core/pipe/dots.h:3 [include-path]"]),
    "relative": ("core/pipe/relative.h", HEADER + '#include "pipe.h"\n', ["core/pipe/relative.h:3 [include-path]"]),
    "system header": ("core/base/system.h", HEADER + "#include <sys/socket.h>\n", ["core/base/system.h:3 [system-header]"]),
    "windows header": ("app/gui/system.h", HEADER + "#include <Windows.h>\n", ["app/gui/system.h:3 [system-header]"]),
    "system header in a common platform header": ("platform/file.h", HEADER + "#include <fcntl.h>\n",
                                                  ["platform/file.h:3 [system-header]"]),
    "system condition": ("app/gui/os.h", HEADER + "#if defined(_WIN32)\n#elif __APPLE__\n#endif\n",
                         ["app/gui/os.h:3 [system-condition]", "app/gui/os.h:4 [system-condition]"]),
    "thread in a pure layer": ("core/pipe/impure.h", HEADER + "#include <mutex>\n", ["core/pipe/impure.h:3 [pure]"]),
    "clock in a pure layer": ("core/pipe/clock.h", HEADER + "auto t = std::chrono::steady_clock::now();\n",
                              ["core/pipe/clock.h:3 [pure]"]),
    "exception in a pure layer": ("core/pipe/thrown.h", HEADER + "inline void f() { throw 1; }\n",
                                  ["core/pipe/thrown.h:3 [pure]"]),
    "shared_ptr in a pure layer": ("core/pipe/shared.h", HEADER + "std::shared_ptr<int> p;\n",
                                   ["core/pipe/shared.h:3 [pure]"]),
    "asio": ("core/pipe/loop.h", HEADER + "#include <asio/ip/tcp.hpp>\n", ["core/pipe/loop.h:3 [owned-header]"]),
    "sqlite": ("app/gui/db.h", HEADER + "#include <sqlite3.h>\n", ["app/gui/db.h:3 [owned-header]"]),
    "sql": ("app/gui/sql.h", HEADER + 'auto s = "SELECT a, b "\n  "FROM t";\n', ["app/gui/sql.h:3 [sql]"]),
    "qt header": ("core/store/qt.h", HEADER + "#include <QString>\n", ["core/store/qt.h:3 [owned-header]"]),
    "qt header by folder": ("core/store/qt.h", HEADER + "#include <QtCore/QString>\n", ["core/store/qt.h:3 [owned-header]"]),
    "qt type": ("core/store/name.h", HEADER + "class QString;\n", ["core/store/name.h:3 [qt]"]),
    "long function": ("core/base/long.h", HEADER + "void f() {\n" + lines(69) + "}\n", ["core/base/long.h:3 [function-length]"]),
    "long file": ("core/base/long.h", HEADER + "int x;\n" * 599, ["core/base/long.h:601 [file-length]"]),
    "long line": ("core/base/wide.h", HEADER + "//" + "x" * 139 + "\n", ["core/base/wide.h:3 [line-length]"]),
    "header without a comment": ("core/base/bare.h", "#pragma once\n", ["core/base/bare.h:1 [header-shape]"]),
    "header without pragma once": ("core/base/bare.h", "// Bare.\n#ifndef X\n#endif\n", ["core/base/bare.h:1 [header-shape]"]),
    "unfinished": ("core/base/notes.md", "a TO" "DO here\n", ["core/base/notes.md:1 [unfinished]"]),
    "promise": ("core/base/notes.md", "\nthis is enough for " "now\n", ["core/base/notes.md:2 [unfinished]"]),
    "machine path": ("installer/deps", "cd /ho" "me/someone/x\n",
                     ["installer:1 [readme]", "installer/deps:1 [machine-path]"]),
    "white space": ("core/base/notes.md", "a \n\tb\n", ["core/base/notes.md:1 [white-space]", "core/base/notes.md:2 [white-space]"]),
    "no last line end": ("core/base/notes.md", "a\nb", ["core/base/notes.md:2 [white-space]"]),
    "carriage return": ("core/base/notes.md", "a\nb\r\n", ["core/base/notes.md:2 [white-space]"]),
    "limit of its own": ("tests/unit/CMakeLists.txt", "add_test(NAME x COMMAND x)\nset_tests_properties(x PROPERTIES TIMEOUT 60)\n",
                         ["tests/unit/CMakeLists.txt:1 [test-limit]", "tests/unit/CMakeLists.txt:2 [test-limit]"]),
    "encoding": ("core/base/notes.md", b"a\nb\xff\n", ["core/base/notes.md:2 [encoding]"]),
    "top level": ("docs/x.md", "x\n", ["docs:1 [top-level]"]),
    "no readme": ("tests/bench/bench_x.cpp", "\n", ["tests/bench:1 [readme]"]),
    "file name": ("core/base/CamelCase.h", HEADER, ["core/base/CamelCase.h:1 [file-name]"]),
    "test without source": ("tests/unit/core/base/gone_test.cpp", "\n", ["tests/unit/core/base/gone_test.cpp:1 [orphan-test]"]),
    "source without test": ("core/base/new.cpp", "int x;\n", ["core/base/new.cpp:1 [untested]"]),
    "stale exception": ("tests/tidy/exceptions.txt", "untested core/base/count.cpp has a test by now\n",
                        ["tests/tidy/exceptions.txt:1 [exception]"]),
    "exception without a reason": ("tests/tidy/exceptions.txt", "untested core/base/count.cpp\n",
                                   ["tests/tidy/exceptions.txt:1 [exception]"]),
}

FUNCTIONS = """
#define MACRO(x) { x
namespace a::b {
class Point : public Base {
 public:
  Point(int x, int y) : x_{x}, y_(y) {
    use("}{");  // }
  }
  bool operator==(const Point& other) const {
    return x_ == '}';
  }
 private:
  int x_ = {0};
};
const Row kRows[] = {
    {"a", f(1)},
};
enum class E { A, B };
template <class T>
auto call(T t) -> decltype(t()) {
  auto lambda = [&](int i) {
    return i;
  };
  return t(lambda, 1'000'000, R"x(
}}
)x");
}
extern "C" int entry() {
  return 0;
}
SLUICE_TEST(aSentence) {
}
}  // namespace a::b
"""


class TidyTest(unittest.TestCase):
    def offences(self, files):
        with tempfile.TemporaryDirectory() as root:
            for path, contents in files.items():
                os.makedirs(os.path.dirname(os.path.join(root, path)), exist_ok=True)
                with open(os.path.join(root, path), "wb") as file:
                    file.write(contents if isinstance(contents, bytes) else contents.encode())
            return [f"{p.path}:{p.line} [{p.rule}]" for p in tidy.run(root)]

    def good(self):
        with open(os.path.join(HERE, "layers.txt"), encoding="utf-8") as layers:
            return {**GOOD, "tests/tidy/layers.txt": layers.read()}

    def test_a_good_tree_is_tidy(self):
        self.assertEqual(self.offences(self.good()), [])

    def test_every_rule_can_fail(self):
        for about, (path, contents, expected) in BAD.items():
            with self.subTest(about):
                self.assertEqual(self.offences({**self.good(), path: contents}), expected)

    def test_what_only_looks_like_an_offence_passes(self):
        harmless = HEADER + "// \"../x.h\" SELECT a FROM t, QString, throw\n/* #include <unistd.h> */\n"
        harmless += 'auto s = "#include <unistd.h> QString throw";\nint function() {\n' + lines(68) + "}\n"
        self.assertEqual(self.offences({**self.good(), "core/pipe/harmless.h": harmless}), [])

    def test_an_exception_with_a_reason_is_heard(self):
        excepted = {"core/base/new.cpp": "int x;\n", "tests/tidy/exceptions.txt": "untested core/base/new.cpp is a number\n"}
        self.assertEqual(self.offences({**self.good(), **excepted}), [])

    def test_finds_functions(self):
        self.assertEqual(
            cpp_code.functions(FUNCTIONS),
            [("Point", 6, 8), ("operator==", 9, 11), ("call", 19, 27), ("entry", 28, 30), ("SLUICE_TEST", 31, 32)],
        )

    def test_the_program_tells_by_its_exit_status(self):
        run = lambda *arguments: subprocess.run(
            [sys.executable, "-B", os.path.join(HERE, "tidy.py"), *arguments], capture_output=True, text=True, check=False
        )
        self.assertEqual(run().returncode, 2)
        with tempfile.TemporaryDirectory() as root:
            self.assertEqual(run(root).returncode, 0)
            os.mkdir(os.path.join(root, "stray"))
            with open(os.path.join(root, "stray", "x.h"), "w", encoding="utf-8") as file:
                file.write(HEADER)
            result = run(root)
        self.assertEqual(result.returncode, 1)
        self.assertIn("stray:1: the top level holds nothing but what DESIGN names [top-level]\n", result.stdout)


if __name__ == "__main__":
    unittest.main()
