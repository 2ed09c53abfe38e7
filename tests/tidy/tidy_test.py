#!/usr/bin/env python3
"""The tidy test must be able to fail: each rule is shown a small house with one thing wrong."""
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import cpp_text
import tidy

README = "# A room\n- one\n- two\n- three\n\nStart here: a.h\n"
HOUSE = {
    "rooms.txt": "# rooms\nlow   src/low   :\nhigh  src/high  : low\n",
    "src/low/README.md": README,
    "src/low/CMakeLists.txt": "kit_room(low SOURCES a.cc)\n",
    "src/low/a.h": "#pragma once\nint one();\n",
    "src/low/a.cc": '#include "low/a.h"\n\nint one() { return 1; }\n',
    "src/high/README.md": README,
    "src/high/CMakeLists.txt": "kit_room(high SOURCES b.cc)\n",
    "src/high/b.cc": '#include "low/a.h"\n\nint two() { return one() + one(); }\n',
}


class TidyTest(unittest.TestCase):
    def complaints(self, **changes):
        """What tidy says of the good house after some files are changed (None removes one)."""
        with tempfile.TemporaryDirectory() as folder:
            for path, text in {**HOUSE, **changes.get("files", {})}.items():
                if text is not None:
                    target = Path(folder) / path
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_text(text)
            return [str(complaint) for complaint in tidy.check(folder)]

    def refuses(self, rule, path, text):
        found = self.complaints(files={path: text})
        self.assertTrue(any(f"[{rule}]" in line for line in found), f"{rule} is missing: {found}")

    def accepts(self, path, text):
        self.assertEqual(self.complaints(files={path: text}), [])

    def append(self, path, text):
        return HOUSE[path] + text

    def test_a_good_house_passes(self):
        self.assertEqual(self.complaints(), [])

    def test_rooms(self):
        self.refuses("rooms", "rooms.txt", "low src/low : high\nhigh src/high : low\n")
        self.refuses("rooms", "src/low/README.md", None)
        self.refuses("edges", "src/low/a.cc", '#include "high/b.cc"\n#include "low/a.h"\n')
        self.refuses("edges", "src/high/b.cc", "int two() { return 2; }\n")
        self.refuses("edges", "src/high/b.cc", self.append("src/high/b.cc", '#include "gone.h"\n'))
        self.refuses("dead-file", "src/low/unlisted.cc", "int x;\n")
        self.refuses("dead-file", "src/low/lonely.h", "#pragma once\n")
        self.refuses("readme", "src/low/README.md", "# Nothing\n")

    def test_sizes(self):
        self.refuses("file-size", "src/low/a.cc", self.append("src/low/a.cc", "int x;\n" * 500))
        self.refuses("file-size", "src/low/a.h", self.append("src/low/a.h", "int f();\n" * 250))
        long_function = "int f() {\n" + "    one();\n" * 70 + "}\n"
        self.refuses("function-size", "src/low/a.cc", self.append("src/low/a.cc", long_function))
        self.refuses("function-size", "scripts/x.py", "def f():\n" + "    print()\n" * 70)
        wide = self.append("src/low/a.cc", "//" + "x" * 99 + "\n")
        self.refuses("columns", "src/low/a.cc", wide)

    def test_words(self):
        for bad in ("std::this_thread::sleep_for(x);", "assert(x);", "std::cout << 1;",
                    'getenv("X");', "throw 1;", "rand();", 'system("ls");',
                    "std::chrono::steady_clock::now();", "std::filesystem::exists(p);",
                    "std::ofstream f(p);"):
            text = self.append("src/low/a.cc", f"void f() {{ {bad} }}\n")
            self.refuses("banned", "src/low/a.cc", text)
        for good in ("// We never throw.", 'log("assert(x)");', "std::filesystem::exists(p, ec);",
                     "static_assert(true);", "x.system_time();"):
            text = self.append("src/low/a.cc", f"void f() {{\n{good}\n}}\n")
            self.accepts("src/low/a.cc", text)
        self.refuses("unfinished", "src/low/a.cc", self.append("src/low/a.cc", "// FIX" "ME\n"))
        self.refuses("unfinished", "src/low/a.cc", self.append("src/low/a.cc", "// TO" "DO: x\n"))
        self.accepts("src/low/a.cc", self.append("src/low/a.cc", "// TO" "DO(later): x.\n"))
        self.refuses("pragma-once", "src/low/a.h", "int one();\n")

    def test_documents(self):
        self.refuses("links", "docs/a.md", "[x](gone.md)\n")
        self.refuses("links", "docs/a.md", "# Part one\n[x](#part-two)\n")
        self.accepts("docs/a.md", "# Part one\n[x](#part-one) [y](../rooms.txt) `[z](gone.md)`\n")

    def test_the_allowed_list_only_shrinks(self):
        allowed, source = "tests/tidy/allowed.txt", "src/low/a.cc"
        long_source = self.append(source, "int x;\n" * 500)
        lines = long_source.count("\n")
        for count, complaints in ((lines, 0), (lines - 1, 1), (lines + 1, 1)):
            files = {allowed: f"file-size {source} {count}\n", source: long_source}
            self.assertEqual(len(self.complaints(files=files)), complaints)
        self.refuses("allowed", allowed, f"file-size {source} 600\n")


class FunctionsTest(unittest.TestCase):
    def heads(self, text):
        return [(last - first + 1, head) for first, last, head in cpp_text.functions(text)]

    def test_finds_functions_in_scopes(self):
        text = ("namespace a {\nstruct B {\n    B(int x) : x_{x} {\n        f();\n    }\n"
                "    int x_ = 0;\n};\n\nint table[] = {1, 2};\n\n"
                "Result<void> C::run(int a) const {\n    if (a) {\n        g([] { return 1; });\n"
                "    }\n}\n}\n")
        self.assertEqual([size for size, _ in self.heads(text)], [3, 5])

    def test_is_not_fooled_by_strings_and_macros(self):
        text = '#define X { \\\n  {\nint f() {\n    return g("}", R"({)", 1\'000, \'{\');\n}\n'
        self.assertEqual(self.heads(text), [(3, "int f()")])

    def test_templates_are_functions_too(self):
        text = "template <class T>\nvoid f(T t) {\n    t();\n}\n"
        self.assertEqual([size for size, _ in self.heads(text)], [4])


if __name__ == "__main__":
    unittest.main()
