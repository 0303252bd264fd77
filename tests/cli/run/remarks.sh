# Of which date the answer is: what comes after the last sample has no part in it, and is said so with its line; a death
# says nothing, and --quiet is quiet. Without a sample the answer is of the end of the file. Of a person who is followed the
# tables go on to the end.
cat > late.yaml <<'END'
people:
  hedda: {sex: female, born: 1945-11-02}
  olga: {sex: female, born: 1948-02-02}
follow: {hedda: [tumour_breast, death]}
events:
  - {date: 1970-04-08, person: hedda, event: delivery, child: nils, sex: male}
  - {date: 1980-04-08, person: hedda, event: sample, organ: blood, volume: 20 mL, assay: dys14-qpcr}
  - {date: 1981-04-08, person: olga, event: delivery, child: jan, sex: male}
  - {date: 1984-04-08, person: hedda, event: tumour, of: breast, cells: 10}
  - {date: 1983-04-08, person: hedda, event: transfusion}
END
try() {
    echo "\$ $*" >&2
    matriline run "$@" -n 2 --no-unknowns -o out > /dev/null
}
try late.yaml
grep -h '^##end=' out/hosts/outcomes.tsv
grep -o 'By 19[0-9-]*' out/report.html
try late.yaml --quiet
sed '/sample/d' late.yaml > never.yaml
try never.yaml
sed '/tumour, of/d; /transfusion/d; $a\  - {date: 1985-04-08, person: hedda, event: death}' late.yaml > dead.yaml
try dead.yaml
sed '/1980/s/1980/1986/' late.yaml > soon.yaml
try soon.yaml
matriline compare late.yaml soon.yaml -n 2 --no-unknowns > /dev/null
