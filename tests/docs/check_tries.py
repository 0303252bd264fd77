#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every family in examples/ has a line `# Try:`, and what it shows runs as it stands, from a folder that holds
examples/ and models/ only. Runs are cut to five lives. Speaks TAP.

  check_tries.py PROGRAM"""
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def tries(path):
    """The commands of the comment at the head of a file; what follows four blanks or a # is a remark."""
    with open(path, encoding="utf-8") as f:
        head = re.match(r"(?:#.*\n)*", f.read()).group(0)
    found = re.search(r"^# Try:(.*\n(?:#  .*\n)*)", head, re.M)
    lines = found.group(1).split("\n") if found else []
    return [re.split(r"\s{4,}|\s#", x.lstrip("#").strip())[0] for x in lines if "matriline" in x]


def main():
    work = tempfile.mkdtemp(prefix="tries-")
    for part in ("examples", "models"):
        shutil.copytree(os.path.join(TOP, part), os.path.join(work, part))
    os.makedirs(os.path.join(work, "bin"))
    os.symlink(os.path.abspath(sys.argv[1]), os.path.join(work, "bin", "matriline"))
    env = {k: v for k, v in os.environ.items() if not k.startswith("MATRILINE_")}
    env.update(PATH=os.path.join(work, "bin") + ":" + env.get("PATH", "/usr/bin:/bin"), LC_ALL="C.UTF-8",
               MATRILINE_MODEL=os.path.join(work, "models", "human"))
    results = []
    for path in sorted(glob.glob(os.path.join(TOP, "examples", "*.yaml"))):
        name = os.path.basename(path)
        commands = tries(path)
        if not any(name in c for c in commands):
            results.append((name + " has a line to try", "no `# Try:   matriline ...` about this file at its head"))
        for command in commands:
            short = re.sub(r" -n \d+", "", command) + " -n 5 --no-unknowns" if " run " in command else command
            short = short.replace(" --no-unknowns", "", short.count(" --no-unknowns") - 1)
            r = subprocess.run(["bash", "-c", short], cwd=work, env=env, capture_output=True, text=True, timeout=300)
            results.append((command, "" if r.returncode == 0 and (r.stdout or "-o " in command)
                            else f"exit {r.returncode}: {r.stderr[-500:]}"))
    shutil.rmtree(work, ignore_errors=True)
    print(f"1..{len(results)}")
    for i, (name, problem) in enumerate(results, 1):
        print("not ok" if problem else "ok", i, "-", name)
        if problem:
            print("\n".join("# " + x for x in problem.split("\n")))
    return 1 if any(p for _, p in results) or not results else 0


if __name__ == "__main__":
    sys.exit(main())
