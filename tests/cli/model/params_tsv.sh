# One header, as many fields in each row, tiers that filter.
matriline params --tsv > all
grep -v '^##' all | awk -F'\t' 'NR == 1 {n = NF; print n " columns"} NF != n {print "row " NR " has " NF}'
matriline params --tsv --tier D | grep -v '^##' | awk -F'\t' 'NR > 1 && $8 != "D"'
test "$(matriline params --tsv --tier D | wc -l)" -lt "$(wc -l < all)"
grep '^##' all | cut -d= -f1
