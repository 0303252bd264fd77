# Some rows, as text, as TSV and as JSON: the same ids, fitted rows apart from rows that only test.
ids=eva_h,kek_c,osa_d0
matriline targets --only $ids > text 2> err
test ! -s err
matriline targets --only $ids --tsv > tsv
matriline targets --only $ids --json > json
grep -c '^FITTED' text
grep -c '^TESTS\|only test' text
for id in eva_h kek_c osa_d0; do
    grep -q "^ $id " text || echo "$id is not in the text"
    grep -q "$id" tsv || echo "$id is not in the TSV"
done
python3 - <<'P'
import json
d = json.load(open("json"))
s = json.dumps(d)
assert all(i in s for i in ("eva_h", "kek_c", "osa_d0"))
print("json ok")
P
