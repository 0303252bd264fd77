#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""tools/doc-test itself: what is right passes, each kind of mistake fails, --renew mends what it may.

  check_doc_test.py PROGRAM"""
import os
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
GOOD = """# A page
<!-- file: a.txt -->
```
one
two
```
<!-- append: a.txt -->
```
three
```
```sh
$ cat a.txt
one
...
three
$ echo "one word of many" \\
  && false  # exit code 1
one ... of many
```
`matriline --version`, the verb `matriline check` and `matriline run FAMILY.yaml`; [here](#a-page). <!-- elsewhere: exit 3 :: .ci/run -->
```sh
true
exit 3    # not run here
make test    # make -n
```
"""
CASES = [  # what is replaced in GOOD, by what, and what is said
    ("three\n$ echo", "four\n$ echo", "it printed"),
    ("one ... of many\n```", "one ... of few\n```", "it printed"),
    ("# exit code 1", "# exit code 2", "exit code 1, expected 2"),
    ("&& false  # exit code 1", "&& false", "exit code 1, expected 0"),
    ("true\n", "false\n", "exit code 1, expected 0"),
    ("`matriline --version`", "`matriline versoin`", "in the text"),
    ("`matriline check`", "`matriline check --verbose`", "in the text"),
    ("[here](#a-page)", "[here](#no-page)", "no such heading"),
    ("[here](#a-page)", "[here](nowhere.md)", "which is not there"),
    (":: .ci/run", ":: .ci/walk", "there is no .ci/walk"),
    ("```sh\ntrue", "```\nmatriline params\n```\n```sh\ntrue", "not marked sh"),
    ("make test    # make -n\n```", "make test", "not closed"),
    ("make test ", "make tset ", "exit code 2, expected 0"),
    ("<!-- append: a.txt -->", "<!-- part of: README.md -->", "do not stand in README.md"),
]


def run(program, text, *more):
    with tempfile.TemporaryDirectory() as folder:
        page = os.path.join(folder, "page.md")
        with open(page, "w", encoding="utf-8") as f:
            f.write(text)
        r = subprocess.run([sys.executable, os.path.join(TOP, "tools", "doc-test"), "--program", program, *more, page],
                           capture_output=True, text=True, timeout=120)
        with open(page, encoding="utf-8") as f:
            return r.returncode, r.stdout + r.stderr, f.read()


def main():
    program = sys.argv[1]
    results = []
    code, said, _ = run(program, GOOD)
    results.append(("a page without mistake", code == 0, said))
    for old, new, fragment in CASES:
        assert old in GOOD
        code, said, _ = run(program, GOOD.replace(old, new, 1))
        results.append((f"'{new.strip()[:30]}' is told", code == 1 and fragment in said, said))
    _, _, after = run(program, GOOD.replace("three\n$ echo", "four\n$ echo"), "--renew")
    results.append(("renewed output", "$ cat a.txt\none\ntwo\nthree\n$ echo" in after, after))
    print(f"1..{len(results)}")
    for i, (name, good, said) in enumerate(results, 1):
        print("ok" if good else "not ok", i, "-", name.replace("\n", " "))
        if not good:
            print("\n".join("# " + x for x in said.split("\n")[:40]))
    return 0 if all(r[1] for r in results) else 1


if __name__ == "__main__":
    sys.exit(main())
