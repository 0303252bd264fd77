# Two scenarios: what only one of them has says so, and the lives of a mother whom the change does not touch stay the same.
cat > one.yaml <<'END'
people:
  anna: {sex: female, born: 1925-03-01}
  zoe: {sex: female, born: 1925-03-01}
events:
  - {date: 1950-06-01, person: anna, event: delivery, child: tom, sex: male}
  - {date: 1960-06-01, person: anna, event: sample, organ: blood, volume: 20 mL, assay: dys14-qpcr}
END
cp one.yaml two.yaml
cat >> two.yaml <<'END'
  - {date: 1955-06-01, person: zoe, event: delivery, child: kim, sex: male}
  - {date: 1959-06-01, person: zoe, event: sample, organ: blood, volume: 20 mL, assay: dys14-qpcr}
END
both() {
    matriline compare "$@" -n 10 --no-unknowns --seed 3
}
both one.yaml two.yaml --tsv | awk -F'\t' '$1 == "level" { n[$2 " " $3 " " $23 " differ " ($13 > 0)]++ } END { for (k in n) print k }' | sort
both one.yaml two.yaml | tail -n 8
both two.yaml one.yaml --tsv | awk -F'\t' '$1 == "level" { print $2, $3, $23 }' | sort -u
both one.yaml one.yaml | tail -n 12
# Families that share nobody can be set side by side, but no life has its like; and one that is the same has nothing to show.
sed 's/anna/bea/; s/person: anna/person: bea/; s/tom/tim/; s/zoe/zita/' one.yaml > others.yaml
both one.yaml others.yaml > text
