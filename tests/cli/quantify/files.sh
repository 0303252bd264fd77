# The folder of -o; the same plate in UTF-16 with decimal commas gives the same answer.
E=$SOURCE/examples/measure
cp "$E/anna.csv" a.csv
matriline quantify a.csv --standard-unit K=1000 -q -o out --tsv > a.tsv
ls out
cmp a.tsv out/levels.tsv
python3 - <<'PY'
text = open("a.csv").read()
head, table = text.split("[Results]\n")
table = table.replace(".", "\0").replace(",", ";").replace("\0", ",")
table = table.replace("0,64 K", "0.64 K").replace("2,5 K", "2.5 K").replace("0,16 K", "0.16 K").replace("0,04 K", "0.04 K")
open("b.csv", "w", encoding="utf-16", newline="\r\n").write(head + "[Results]\n" + table)
PY
matriline quantify b.csv --standard-unit K=1000 -q --tsv > b.tsv
grep -v '^##' a.tsv | cut -f 2- > one
grep -v '^##' b.tsv | cut -f 2- | cmp - one
grep -c sha256: a.tsv
grep -v '^##' out/wells.tsv | wc -l
head -n 1 one
