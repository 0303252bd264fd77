#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every command that a claim says to try runs as it stands, from a folder that holds claims/, examples/, models/ and
targets/ only; runs are cut to five lives. `matriline claims ID` shows each of them. Speaks TAP.

  check_claims.py PROGRAM"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def shortened(command):
    """A run of five lives; what the command itself says of them is taken out."""
    if " run " not in command:
        return command
    return re.sub(r" (-n \d+|--no-unknowns)", "", command) + " -n 5 --no-unknowns"


def main():
    work = tempfile.mkdtemp(prefix="claims-")
    for part in ("claims", "examples", "models", "targets"):
        shutil.copytree(os.path.join(TOP, part), os.path.join(work, part))
    os.makedirs(os.path.join(work, "bin"))
    os.symlink(os.path.abspath(sys.argv[1]), os.path.join(work, "bin", "matriline"))
    env = {k: v for k, v in os.environ.items() if not k.startswith("MATRILINE_")}
    env.update(PATH=os.path.join(work, "bin") + ":" + env.get("PATH", "/usr/bin:/bin"), LC_ALL="C.UTF-8")

    def run(command):
        return subprocess.run(["bash", "-c", command], cwd=work, env=env, capture_output=True, text=True, timeout=300)

    claims = json.loads(run("matriline claims --json").stdout)["claims"]
    asked_by = {}
    for c in claims:
        for command in c["try"]:
            asked_by.setdefault(command, []).append(c["id"])
    results = []
    for command, ids in sorted(asked_by.items()):
        r = run(shortened(command))
        problem = "" if r.returncode == 0 and (r.stdout or " -o " in command) else f"exit {r.returncode}: {r.stderr[-500:]}"
        if not problem and command not in run("matriline claims " + ids[0]).stdout:
            problem = f"'matriline claims {ids[0]}' does not show it whole"
        results.append((f"{command} ({', '.join(ids)})", problem))
    # Families that a claim points to are those of its commands, or stand alone.
    for c in claims:
        if c["example"] and c["try"] and not any(c["example"] in t for t in c["try"] if " examples/" in t):
            results.append((c["id"], f"its example {c['example']} is in none of its commands"))
    shutil.rmtree(work, ignore_errors=True)
    print(f"1..{len(results)}")
    for i, (name, problem) in enumerate(results, 1):
        print("not ok" if problem else "ok", i, "-", name.replace("#", ""))
        if problem:
            print("\n".join("# " + x for x in problem.split("\n")))
    return 1 if any(p for _, p in results) or not results else 0


if __name__ == "__main__":
    sys.exit(main())
