# The truth of the example lies in the intervals; JSON, TSV and text agree; with other threads and with the counts
# that were written the answer is the same to the byte; the folder is written whole.
M="$SOURCE/examples/measure"
cp "$M"/mix_* .
set -- --family mix_family.fam --genotypes mix_genotypes.vcf --samples mix_samples.tsv
matriline mix mix_counts.tsv "$@" -o out --json --threads 1 > a.json
ls out
cmp a.json out/mix.json && echo same
matriline mix mix_counts.tsv "$@" --tsv --threads 2 | grep -v '^##' > two.tsv
grep -v '^##' out/mix.tsv | cmp - two.tsv && echo threads
matriline mix out/counts.tsv "$@" --tsv | grep -v '^##' | cut -f 1,3- > again.tsv
cut -f 1,3- two.tsv | cmp - again.tsv && echo counts
grep -c '^##' out/mix.tsv
grep '^##command' out/mix.tsv
python3 - <<'PY'
import json
d = json.load(open("a.json"))
truth = {("anna-2004", "tom"): 0.004, ("anna-2004", "greta"): 0.001, ("anna-2004", "lena"): 0,
         ("anna-2011", "tom"): 0.02, ("anna-2011", "greta"): 0, ("anna-2011", "lena"): 0}
for s in d["samples"]:
    for r in s["donors"]:
        t = truth[(s["sample"], r["donor"])]
        print(s["sample"], r["donor"], r["relation"], r["typed"], r["low"] <= t <= r["high"])
print(d["panel"]["sites"], d["level"], [s["host"] for s in d["samples"]])
PY
# One sample, one donor, thinned.
matriline mix mix_counts.tsv "$@" --sample anna-2011 --donors tom --thin 20000000 --tsv | grep -v '^##' | cut -f 1,4,17
