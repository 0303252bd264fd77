# With and without an injury the very same lives, cell by cell, until it comes (1975-05-02), by each solver.
cat > with.yaml <<'YAML'
people:
  maria: {sex: female, born: 1920-05-01}
events:
  - {age: 22 years, person: maria, event: delivery, week: 40, child: child1, sex: male, mode: vaginal, seeds: {slow_seed: 200, msc: 300}}
  - {age: 55 years, person: maria, event: infarct, size: 12 %}
  - {age: 70 years, person: maria, event: sample, organ: blood, volume: 20 mL, assay: dys14-qpcr}
YAML
grep -v infarct with.yaml > without.yaml
for solver in auto leap exact; do
    matriline compare with.yaml without.yaml -n 20 --no-unknowns --solver $solver -q |
        sed -n '/^host *donor/,/^maria/p'
done
