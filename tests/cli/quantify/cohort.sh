# Two groups of subjects: the rates were drawn sixfold apart.
E=$SOURCE/examples/measure
matriline quantify "$E/cohort.csv" --samples "$E/cohort_samples.tsv" --subjects "$E/cohort.tsv" --group sons --json -q | python3 -c '
import json, sys
c = json.load(sys.stdin)["comparisons"]
print(len(c), c[0]["groups"], c[0]["subjects"], c[0]["low"] < 6 < c[0]["high"], c[0]["p"] < 0.05)'
