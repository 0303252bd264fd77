# An injury under two hypotheses: damage side by side, lives the same until it comes.
matriline compare "$SOURCE/examples/infarct.yaml" --a repair=harm --b repair=benefit -n 6 --no-unknowns -o page.html |
    sed -n '/hosts themselves/,/^$/p'
# What differs in them stands before levels and samples.
grep -o 'section id="[a-z]*"' page.html | cut -d'"' -f2 | tr '\n' ' '
echo
matriline compare "$SOURCE/examples/infarct.yaml" --a repair=harm --b repair=benefit -n 6 --no-unknowns --tsv |
    awk -F'\t' '$1 == "injury" { print $2, $4, $6, $24, $25 }'
