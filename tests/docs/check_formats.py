#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every key, column and word that the readers know is named in docs/formats.md, in code quotes.

The readers keep them in arrays of strings (keys, columns, words, laws ...) in src/io; this reads those arrays, so
that a key that is added to the program and not to the page fails here. Columns of what is written are held too."""
import os
import re
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
READERS = ["scenario_yaml.c", "yaml_people.c", "yaml_events.c", "yaml_follow.c", "yaml_pregnancy.c", "yaml_sample.c", "target_yaml.c",
           "target_evidence.c", "model_tsv_assays.c", "model_tsv_parts.c", "model_tsv_rules.c",
           "model_tsv_factors.c", "model_tsv_host.c", "model_tsv_exposures.c",
           "counts_columns.c", "mix_load.c", "mix_wells.c", "quantify_tables.c", "plate_text.c"]
ARRAY = re.compile(r"const (?:char \*const|event_word|struct \{[^}]*\}) (\w+)(?:\[\w*\])+\s*=\s*\{(.*?)\};", re.S)
# Of the reader of plates only our own table: what instruments call a column the page sums up.
ONLY = {"plate_text.c": {"mtl__plate_format_name", "generic_columns"}}
# Header lines of the tables that are written: literals of names with tabs between.
HEADERS = re.compile(r'"((?:\w+\\t|\\t)+(?:\w+)?(?:\\n)?)"')
WRITTEN = re.compile(r'set\(o, "(\w+)"')
HEADED = re.compile(r'head_text\(b, "(\w+)"')
# Words in the arrays that are no words of a file: prose for messages.
PROSE = re.compile(r"[;(]|^an? |'")


def read(name):
    with open(os.path.join(TOP, name), encoding="utf-8") as f:
        return f.read()


def main():
    page = re.sub(r"^```.*?^```", "", read("docs/formats.md"), flags=re.S | re.M)
    known = set()
    for span in re.findall(r"`([^`]+)`", page):
        known.add(span)
        known.update(re.findall(r"[A-Za-z_0-9][\w. '-]*", span))
        known.update(re.findall(r"\.?\w+", span))
        known.update(re.findall(r"\w+", span))
        known.update(re.findall(r"([a-z]+)1\b", span))  # lost1, vanished1: stems of names
    results = []
    for name in READERS:
        text = re.sub(r"/\*.*?\*/", "", read("src/io/" + name), flags=re.S)
        words = set()
        for array, body in ARRAY.findall(text):
            if array not in ONLY.get(name, {array}):
                continue
            words.update(w for w in re.findall(r'"([^"\\]*)"', body) if w and not PROSE.search(w))
        if not words:
            results.append((name, ["no array of keys was found: has the reader changed?"]))
            continue
        results.append((name, [f"'{w}' is not in docs/formats.md" for w in sorted(words) if w not in known]))
    for name, pattern in (("result_json.c", WRITTEN), ("result_tsv.c", HEADED),
                          ("result_hosts_json.c", re.compile(r'(?:set|both|courses)\(o,(?: r,)? "(\w+)"')),
                          ("result_hosts.c", HEADED)):
        words = set(pattern.findall(read("src/io/" + name)))
        results.append((name, [f"'{w}' is not in docs/formats.md" for w in sorted(words) if w not in known]))
    for name in ("quantify_out.c", "mix_tables.c", "counts_table.c"):
        words = {w for part in HEADERS.findall(read("src/io/" + name)) for w in re.split(r"\\t|\\n", part) if w}
        if len(words) < 5:
            results.append((name, ["no header line was found: has the writer changed?"]))
            continue
        results.append((name, [f"'{w}' is not in docs/formats.md" for w in sorted(words) if w not in known]))
    print(f"1..{len(results)}")
    for i, (name, problems) in enumerate(results, 1):
        print("not ok" if problems else "ok", i, "- keys of", name)
        for p in problems:
            print("#", p)
    return 1 if any(p for _, p in results) else 0


if __name__ == "__main__":
    sys.exit(main())
