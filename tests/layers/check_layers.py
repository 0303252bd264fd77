#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Holds the table of the house: who may include whom, no circles, no libm in the engine, public headers
that stand alone in C and in C++, short files, licences, and what the shared library shows. Speaks TAP."""
import argparse
import os
import re
import shlex
import subprocess
import sys
import tempfile

# Each folder may include those before it ...
ORDER = ["base", "num", "par", "process", "kin", "model", "host", "body", "family", "assay", "measure", "run",
         "study", "fit", "io", "report"]
# ... except behind these walls.
ONLY = {
    "process": {"base", "num"},            # knows no biology
    "assay": {"base", "num"},              # nothing of how cells came to be where they are
    "measure": {"base", "num", "kin", "model", "assay"}, # who and how much, not how they came there
    "body": {"base", "num", "process", "kin", "model", "host"},
    "host": {"base", "num", "kin", "model"},                # no process: who counts the cells is family's
}
# A library's header and the only folder that may name it.
FORMATS = {"yaml.h": "io", "jansson.h": "io", "sha256.h": "io", "md5.h": "io", "sha2.h": "io",
           "htslib/": "io", "sqlite3.h": "io", "zip.h": "io", "expat.h": "io"}
THREADS = {"threads.h": "par", "sched.h": "par", "mpi.h": "par"}
# A libm call may differ between processors; these are exact by IEEE 754 and allowed.
ENGINE = ORDER[:ORDER.index("fit") + 1]
LIBM = set("""acos acosh asin asinh atan atan2 atanh cbrt cos cosh erf erfc exp exp2 expm1 hypot j0 j1 jn lgamma
lgamma_r log log10 log1p log2 pow sin sincos sinh tan tanh tgamma y0 y1 yn fma exp10 drand48 rand random
srand srandom""".split())
LIBM |= {f + s for f in LIBM for s in "fl"}
MAX_LINES = 700
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.M)

def source_files(root, top, ends):
    for folder, dirs, names in os.walk(os.path.join(root, top)):
        dirs.sort()
        for name in sorted(names):
            if name.endswith(ends):
                yield os.path.relpath(os.path.join(folder, name), root)


def text(root, path):
    with open(os.path.join(root, path), encoding="utf-8") as f:
        return f.read()


def includes(root, path):
    return [m.group(2) for m in INCLUDE.finditer(text(root, path))]


def check_table(root):
    """#include lines of src/ against ORDER, ONLY, FORMATS and THREADS."""
    bad = []
    rank = {name: i for i, name in enumerate(ORDER)}
    n = 0
    for path in source_files(root, "src", (".c", ".h")):
        room = path.split(os.sep)[1]
        if room not in rank:
            bad.append(f"{path}: folder {room} is not in the table of layers")
            continue
        for inc in includes(root, path):
            n += 1
            owner = inc.split("/")[0]
            if owner in rank and "/" in inc:
                if rank[owner] > rank[room]:
                    bad.append(f"{path}: {room} may not include {inc}, which is above it")
                elif room in ONLY and owner != room and owner not in ONLY[room]:
                    bad.append(f"{path}: {room} may not include {inc}: there is a wall")
            for header, only in {**FORMATS, **THREADS}.items():
                if (inc == header or (header.endswith("/") and inc.startswith(header))) and room != only:
                    bad.append(f"{path}: {inc} belongs to {only}/ only")
    if n < 20:
        bad.append("hardly any #include was found: the check itself is broken")
    return bad


def check_program(root):
    """cmd/ and examples/api/ see the public headers only."""
    bad = []
    for top in ("cmd", "examples/api"):
        own = {os.path.basename(p) for p in source_files(root, top, (".c", ".h"))}
        for path in source_files(root, top, (".c", ".h")):
            for m in INCLUDE.finditer(text(root, path)):
                mark, inc = m.groups()
                if mark == '"' and inc not in own and not inc.startswith("matriline/"):
                    bad.append(f"{path}: includes {inc}; only public headers are allowed")
    return bad


def check_public(root):
    bad = []
    for path in source_files(root, "include", (".h",)):
        for m in INCLUDE.finditer(text(root, path)):
            mark, inc = m.groups()
            if mark == '"' and not inc.startswith("matriline/"):
                bad.append(f"{path}: a public header includes {inc}")
            if inc in FORMATS:
                bad.append(f"{path}: a public header includes {inc}")
    return bad


def check_circles(root):
    graph = {}
    for top, base in (("src", "src"), ("include", "include"), ("cmd", "cmd")):
        for path in source_files(root, top, (".c", ".h")):
            edges = []
            for inc in includes(root, path):
                for place in (os.path.dirname(path), base, "src", "include"):
                    to = os.path.normpath(os.path.join(place, inc))
                    if os.path.isfile(os.path.join(root, to)):
                        edges.append(to)
                        break
            graph[path] = edges
    state, bad = {}, []

    def visit(node, trail):
        state[node] = 1
        for to in graph.get(node, []):
            if state.get(to) == 1:
                bad.append("circle: " + " -> ".join(trail[trail.index(to):] + [to] if to in trail else [node, to]))
            elif to not in state:
                visit(to, trail + [to])
        state[node] = 2

    for node in graph:
        if node not in state:
            visit(node, [node])
    return bad


def check_files(root):
    """Licence on the first line, not too long, names unique in the tree, no machine's paths."""
    bad, seen = [], {}
    machine = re.compile(r"/(work/|root/|home/[a-z]|tmp/bash)")
    for top in ("src", "include", "cmd", "tests", "bench", "examples"):
        for path in source_files(root, top, (".c", ".h")):
            body = text(root, path)
            if not body.startswith("/* SPDX-License-Identifier: MIT */\n"):
                bad.append(f"{path}:1: the first line is not the licence")
            lines = body.count("\n")
            if lines > MAX_LINES:
                bad.append(f"{path}: {lines} lines, more than {MAX_LINES}")
            if machine.search(body):
                bad.append(f"{path}: a path of one machine")
            if path.endswith(".c") and top != "bench":
                name = os.path.basename(path)
                if name in seen:
                    bad.append(f"{path}: the name is taken by {seen[name]}")
                seen[name] = path
    return bad


def check_version(root):
    version = text(root, "VERSION").strip()
    bad = []
    if f'#define MTL_VERSION "{version}"' not in text(root, "include/matriline/version.h"):
        bad.append("include/matriline/version.h does not name the version of the file VERSION")
    parts = version.split(".")
    for name, value in zip(("MAJOR", "MINOR", "PATCH"), parts):
        if f"#define MTL_VERSION_{name} {value}\n" not in text(root, "include/matriline/version.h"):
            bad.append(f"include/matriline/version.h: MTL_VERSION_{name} is not {value}")
    for path in ("CITATION.cff", "CHANGELOG.md"):
        if version not in text(root, path):
            bad.append(f"{path} does not name version {version}")
    return bad


def check_libm(archive):
    """Undefined symbols of the engine's objects."""
    out = subprocess.run(["nm", "-A", "-u", archive], capture_output=True, text=True, check=True).stdout
    bad, rooms = [], set()
    member = re.compile(r"(?:src_)?(" + "|".join(ORDER) + r")_([A-Za-z0-9_]+\.c\.o):\s+U (\S+)")
    for line in out.splitlines():
        m = member.search(line)
        if not m:
            continue
        room, name, symbol = m.groups()
        symbol = symbol.split("@")[0]
        rooms.add(room)
        if room in ENGINE and symbol in LIBM:
            bad.append(f"{room}/{name[:-2]} calls {symbol} of the C library: use num/")
        if symbol in ("exit", "getenv", "secure_getenv", "printf", "puts", "putchar", "setlocale"):
            bad.append(f"{room}/{name[:-2]} calls {symbol}: a library may not")
    if not {"base", "num", "process"} <= rooms:
        bad.append("the archive shows no objects of the engine: the check itself is broken")
    return bad


def check_exports(shared):
    out = subprocess.run(["nm", "-D", "--defined-only", shared], capture_output=True, text=True,
                         check=True).stdout
    names = [line.split()[-1].split("@")[0] for line in out.splitlines()]
    # What a sanitizer adds is not ours.
    names = [n for n in names if not re.match(r"(__|_init$|_fini$|_edata$|_end$)", n)]
    bad = [f"the library exports {n}" for n in names if not n.startswith("mtl_") or n.startswith("mtl__")]
    if len(names) < 10:
        bad.append("hardly anything is exported: the check itself is broken")
    return bad


def check_declared(root, shared):
    """Everything a public header promises is there."""
    out = subprocess.run(["nm", "-D", "--defined-only", shared], capture_output=True, text=True,
                         check=True).stdout
    there = {line.split()[-1].split("@")[0] for line in out.splitlines()}
    bad = []
    for path in source_files(root, "include", (".h",)):
        body = re.sub(r"/\*.*?\*/", "", text(root, path), flags=re.S)
        for m in re.finditer(r"MTL_API[^;(]*?\b(mtl_[a-z0-9_]+)\s*\(", body):
            if m.group(1) not in there:
                bad.append(f"{path}: {m.group(1)} is declared but not in the library")
    return bad


def check_headers_alone(root, cc):
    bad = []
    for path in source_files(root, "include", (".h",)):
        name = os.path.relpath(path, "include")
        # Twice: the guard works too.
        code = f'#include "{name}"\n#include "{name}"\nint main(void) {{ return 0; }}\n'
        for language, standard in (("c", "-std=c17"), ("c", "-std=c99"), ("c++", "-std=c++11")):
            r = subprocess.run([*shlex.split(cc), "-x", language, standard, "-Wall", "-Wextra", "-Werror", "-pedantic",
                                "-fsyntax-only", "-I", os.path.join(root, "include"), "-"],
                               input=code, capture_output=True, text=True)
            if r.returncode != 0:
                bad.append(f"{path} as {language} {standard}: {r.stderr.strip().splitlines()[:1]}")
    return bad


def check_itself():
    """A small house with one fault of each sort: every check must see its own."""
    licence = "/* SPDX-License-Identifier: MIT */\n"
    faults = {
        "src/base/up.c": ('#include "run/result.h"\n', check_table),
        "src/process/wall.c": ('#include "kin/kin.h"\n', check_table),
        "src/assay/wall2.c": ('#include "family/scenario.h"\n', check_table),
        "src/model/format.c": ("#include <yaml.h>\n", check_table),
        "src/attic/attic.c": ("int x;\n", check_table),
        "cmd/inner.c": ('#include "base/base.h"\n', check_program),
        "include/matriline/inner.h": ('#include "base/base.h"\n', check_public),
        "src/num/a.h": ('#include "num/b.h"\n', check_circles),
        "src/num/b.h": ('#include "num/a.h"\n', check_circles),
        "src/num/long.c": ("\n" * (MAX_LINES + 1), check_files),
    }
    bad = []
    with tempfile.TemporaryDirectory() as root:
        for path, (body, _) in faults.items():
            os.makedirs(os.path.dirname(os.path.join(root, path)), exist_ok=True)
            with open(os.path.join(root, path), "w", encoding="utf-8") as f:
                f.write(licence + body)
        for path, (_, check) in faults.items():
            found = check(root)
            if path != "src/num/b.h" and not any(os.path.basename(path) in line for line in found):
                bad.append(f"{check.__name__} does not see the fault in {path}")
    return bad


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--root", required=True)
    p.add_argument("--archive")
    p.add_argument("--shared")
    p.add_argument("--cc", default="cc")
    a = p.parse_args()
    checks = [("these checks see what they should", check_itself),
              ("who may include whom", lambda: check_table(a.root)),
              ("the program sees public headers only", lambda: check_program(a.root)),
              ("public headers include public headers only", lambda: check_public(a.root)),
              ("no circles among files", lambda: check_circles(a.root)),
              ("licence, length, names, paths", lambda: check_files(a.root)),
              ("one version everywhere", lambda: check_version(a.root)),
              ("each public header stands alone, in C and C++", lambda: check_headers_alone(a.root, a.cc))]
    if a.archive:
        checks.append(("no libm, no printing, no exit in the library", lambda: check_libm(a.archive)))
    if a.shared:
        checks.append(("only mtl_ is exported", lambda: check_exports(a.shared)))
        checks.append(("all that is declared is there", lambda: check_declared(a.root, a.shared)))
    print(f"1..{len(checks)}")
    failed = 0
    for i, (name, run) in enumerate(checks, 1):
        try:
            bad = run()
        except (OSError, subprocess.CalledProcessError, UnicodeDecodeError) as e:
            bad = [str(e)]
        print(("ok" if not bad else "not ok"), i, "-", name)
        for line in bad:
            print("#", line)
        failed += bool(bad)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
