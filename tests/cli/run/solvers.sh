# Each solver answers; the result says which it was.
for s in exact leap analytic auto; do
    matriline run "$SOURCE/examples/adoptee.yaml" -n 5 --no-unknowns --solver $s -q -o $s || echo "$s failed"
    grep -h '^##solver=' $s/assays.tsv || echo "$s: no solver named"
done
