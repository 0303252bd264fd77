# exit: 2
matriline fit --only eva_hh || echo "ended with $?"
matriline fit --each persistence -o table.tsv
