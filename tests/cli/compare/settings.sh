# One family under two settings: text, table, JSON, and a page; the same bytes with any number of threads.
one() {
    matriline compare "$SOURCE/examples/anna.yaml" --a persistence=slow --b persistence=hsc -n 20 "$@"
}
one -q
one --tsv --no-unknowns | cut -f 1-5,7 | grep -v '^level' | head -20
one --json | python3 -c 'import json, sys; d = json.load(sys.stdin); print(d["lives"], d["a"]["label"], len(d["pairings"]))'
one -o page.html -q
one -o other.html -q -t 1
sed 's/ -t 1//; s/other.html/page.html/' other.html | cmp - page.html
one -o third.html > text
wc -l < text
grep -c '<svg' page.html
