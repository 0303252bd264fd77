# The same seed gives the same tables: again, on other threads, and as one replicate of many.
tables() {
    matriline run "$SOURCE/examples/anna.yaml" -n 12 -q -o "$@"
}
tables a --threads 1
tables b --threads 2
tables c --threads 1 --seed 2
for f in cells.tsv assays.tsv events.tsv; do
    # Provenance names the command line, which differs.
    grep -v '^##' a/$f > a.txt
    grep -v '^##' b/$f > b.txt
    grep -v '^##' c/$f > c.txt
    cmp a.txt b.txt
    [ $f = events.tsv ] || ! cmp -s a.txt c.txt || echo "$f does not depend on the seed"
done
