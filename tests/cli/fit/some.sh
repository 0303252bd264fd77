# Four rows, two values: fitted, printed three ways, and written into a table of parameters.
rows=osa_d0,osa_d4,osa_m1,osa_m6
matriline fit --quick --only $rows | grep -c "^osa_"
matriline fit --quick --only $rows --tsv | cut -f2,3 | grep progenitor
matriline fit --quick --only $rows --markdown | grep -c "^| osa_"
matriline fit --quick -q --only $rows --set delivery.progenitor.fast=9 -o table.tsv > /dev/null
cut -f1 table.tsv > names
cut -f1 "$SOURCE/models/human/parameters.tsv" | cmp - names && echo "the same lines"
diff "$SOURCE/models/human/parameters.tsv" table.tsv | grep -o "^> delivery.progenitor.slow"
