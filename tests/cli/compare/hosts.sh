# An injury under two hypotheses: damage side by side, lives the same until it comes.
matriline compare "$SOURCE/examples/infarct.yaml" --a repair=harm --b repair=benefit -n 6 --no-unknowns -o page.html |
    sed -n '/hosts themselves/,/^$/p'
grep -c 'id="hosts"' page.html
matriline compare "$SOURCE/examples/infarct.yaml" --a repair=harm --b repair=benefit -n 6 --no-unknowns --tsv |
    awk -F'\t' '$1 == "injury" { print $2, $4, $6, $24, $25 }'
