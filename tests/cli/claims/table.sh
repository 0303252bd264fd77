# Every claim with its grade and kind. Who takes one away must say so here.
matriline claims --tsv | cut -f1,3,4
matriline claims > list
test "$(grep -c '^  [ar][12]*-' list)" = 77 || echo "the list has not all claims"
tail -n 5 list
