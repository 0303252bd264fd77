# What each assay must look at; a wish that no assay can meet says so; impossible wishes are refused.
# exit: 2
matriline markers --design --fraction 1e-4
matriline markers --design --fraction 1e-4 --power 0.5 --alarm 0.2 --tsv | grep -v '^##version' | cut -f 1-5,10,12-14 | head -9
matriline markers --design --json | python3 -c '
import json, sys
d = json.load(sys.stdin)
print(d["fraction"], len(d["assays"]), [a["assay"] for a in d["assays"] if not a["enough"]])
print(all(a["power"] >= d["power"] and a["alarm"] <= d["alarm"] for a in d["assays"] if a["enough"]))'
matriline markers --design --power 1.5
