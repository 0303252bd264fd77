# A simulated plate of the family of examples/anna.yaml: 5 gEq per million in the blood, 40 in the hippocampus,
# none in the heart. What is found must hold the truth; where nothing was seen there is a bound.
E=$SOURCE/examples
matriline quantify "$E/measure/anna.csv" --family "$E/anna.yaml" --samples "$E/measure/anna_samples.tsv" \
    --targets "$E/measure/targets.tsv" --blanks "$E/measure/blanks.tsv" --standard-unit K=1000 > text.txt
grep -E '^  (blanks|donor|tom)|gEq tested$' text.txt | sed -E 's/: .*/:/' | tr -s ' ' | cut -d ' ' -f 1-9
matriline quantify "$E/measure/anna.csv" --family "$E/anna.yaml" --samples "$E/measure/anna_samples.tsv" \
    --targets "$E/measure/targets.tsv" --blanks "$E/measure/blanks.tsv" --standard-unit K=1000 --json | python3 -c '
import json, sys
d = json.load(sys.stdin)
for l, truth in zip(d["levels"], (5, 40, 0)):
    print(l["sample"], l["donors"], l["hits"], l["wells"], l["verdict"], l["low"] <= truth <= l["high"],
          l["geq_per_1e6"] is None or l["geq_per_1e6"] > 0)
print(len(d["curves"]), all(abs(c["slope"] + 3.4) < 0.3 for c in d["curves"]))'
