# Two who are followed, each for her own: their names on the terminal, in every table, in JSON and in a comparison, the
# person in focus first. Without random numbers there are no lives to follow, and that is said.
cat > two.yaml <<'END'
focus: zita
people:
  anna: {sex: female, born: 1950-03-01, mother: rosa}
  rosa: {sex: female, born: 1920-02-01}
  zita: {sex: female, born: 1952-03-01, mother: rosa}
follow:
  anna: [tolerance, lupus]
  rosa: death
  zita: [death, tumour_breast]
events:
  - {date: 1975-06-01, person: anna, event: delivery, child: tom, sex: male}
  - {date: 1976-06-01, person: zita, event: delivery, child: tim, sex: male}
  - {date: 1990-06-01, person: zita, event: sample, organ: blood, volume: 20 mL, assay: dys14-qpcr}
  - {date: 1990-06-01, person: rosa, event: sample, organ: blood, volume: 20 mL}
END
matriline check two.yaml | sed -n '/^Followed/,/^$/p'
matriline run two.yaml -n 4 --no-unknowns | sed -n '/none to 1/,/^$/s/:.*//p'
matriline run two.yaml -n 4 --no-unknowns -q -o out
for t in tolerance outcomes outcome_times tumours; do
    echo "$t: $(grep -v '^#' out/hosts/$t.tsv | sed 1d | cut -f1,2 | uniq | tr '\t\n' ' ,')"
done
grep -o 'In anna</h3>' out/report.html
grep -o 'of <span class="who[^>]*>[a-z]*' out/report.html | sed 's/.*>//' | sort | uniq -c
matriline run two.yaml -n 4 --no-unknowns --json | python3 -c '
import json, sys
for what, rows in json.load(sys.stdin)["hosts"].items():
    if what != "dates":
        print(what, [(x["person"], x.get("donor") or x.get("outcome") or x.get("kind")) for x in rows])'
matriline compare two.yaml -n 4 --no-unknowns --a autoimmunity=provoke --all --tsv |
    awk -F'\t' '$1 == "outcome" || $1 == "immune" || $1 == "tumour" { print $1, $2, $3, $(NF - 1) }' | uniq
matriline run two.yaml --solver analytic | sed -n '/^Outcomes/,/^$/p'
