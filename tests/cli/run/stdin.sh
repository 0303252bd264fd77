# "-" reads the family from standard input.
matriline run - -n 3 < "$SOURCE/examples/anna.yaml" > a
matriline run "$SOURCE/examples/anna.yaml" -n 3 > b
cmp a b
