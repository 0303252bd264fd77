# Digital PCR: the fraction of a child in plasma from two alleles of one gene; direct counting by hand agrees.
E=$SOURCE/examples/measure
matriline quantify "$E/plasma.csv" --targets "$E/plasma_targets.tsv" --samples "$E/plasma_samples.tsv" --json > p.json
python3 - "$E/plasma.csv" <<'PY'
import csv, json, math, sys
rows = [r for r in csv.DictReader(open(sys.argv[1])) if r["Sample"] != "NTC"]
n = {t: (sum(int(r["Positives"]) for r in rows if r["Target"] == t),
         sum(int(r["AcceptedDroplets"]) for r in rows if r["Target"] == t)) for t in ("ZFY", "ZFX")}
y, x = (-math.log(1 - k / m) for k, m in (n["ZFY"], n["ZFX"]))
counted = 2e6 * y / (y + x)
level = json.load(open("p.json"))["levels"][0]
print(level["donors"], level["targets"], level["hits"], level["wells"], level["verdict"])
print(abs(level["geq_per_1e6"] / counted - 1) < 0.02, level["low"] < 80000 < level["high"])
PY
