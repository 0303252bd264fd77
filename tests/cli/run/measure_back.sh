# One tube read by four methods, written as laboratories' files, and measured back: the truth lies in every interval.
# Files do not depend on threads, and the manifest names them all.
F="$SOURCE/examples/virtual_assays.yaml"
matriline run "$F" -n 20 -q --no-unknowns --threads 1 -o a
matriline run "$F" -n 20 -q --no-unknowns --threads 2 -o b
diff -r a/readings b/readings && echo same
ls a/readings
cat > back.py <<'PY'
import csv, json, os, shlex, subprocess, sys
scenario = sys.argv[1]
os.chdir("a/readings")
named = {f["name"] for f in json.load(open("../manifest.json"))["files"]}
print(named == {"cells.tsv", "events.tsv", "assays.tsv"} | {"readings/" + f for f in os.listdir(".")})
shown = {(r["assay"]): r for r in csv.DictReader(
    (l for l in open("../assays.tsv") if not l.startswith("##")), delimiter="\t")}
for row in csv.DictReader((l for l in open("readings.tsv") if not l.startswith("##")), delimiter="\t"):
    truth = dict(p.split(":") for p in row["true_geq_per_1e6"].split(","))
    virtual = shown[row["assay"]]
    if row["method"] == "fish":
        cells = list(csv.DictReader(open(row["file"]), delimiter="\t"))
        print("fish", len(cells), sum(int(c["positive"]) for c in cells) == int(virtual["virtual_hits"]),
              float(virtual["virtual_low_geq_per_1e6"]) < float(truth["tom"]) < float(virtual["virtual_high_geq_per_1e6"]))
        continue
    command = [w.replace("SCENARIO", scenario) for w in shlex.split(row["measure_back"])] + ["--json", "-q"]
    if row["method"] == "reads":
        command.remove("-q")
    got = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    if row["method"] == "reads":
        found = {d["donor"]: (1e6 * d["low"], 1e6 * d["high"]) for s in got["samples"] for d in s["donors"]}
        found = {d: v for d, v in found.items() if d in truth}
    else:
        level = got["levels"][0]
        print(row["assay"], level["hits"] == int(virtual["virtual_hits"]))
        found = {"tom": (level["low"], level["high"])}
    for donor in sorted(found):
        low, high = found[donor]
        print(row["assay"], donor, low <= float(truth[donor]) <= high)
PY
python3 back.py "$F"
# Without random numbers there is nothing to show.
matriline run "$F" -q --solver analytic -o c && ls c
