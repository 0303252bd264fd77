# Two scenarios: what only one of them has says so; a child more leaves the cells of the others as they were.
cat > one.yaml <<'END'
people:
  anna: {sex: female, born: 1925-03-01}
events:
  - {date: 1950-06-01, person: anna, event: delivery, child: tom, sex: male}
END
cp one.yaml two.yaml
echo '  - {date: 1955-06-01, person: anna, event: delivery, child: eva, sex: female}' >> two.yaml
matriline compare one.yaml two.yaml -n 10 --no-unknowns --tsv | grep -c '	eva	.*	B$'
matriline compare one.yaml two.yaml -n 10 --no-unknowns --tsv | grep '^pairing'
matriline compare one.yaml one.yaml -n 10 --no-unknowns
