# Rivals side by side: a folder for each built value, one report over all.
matriline run "$SOURCE/examples/anna.yaml" -n 5 --each niche -o out > text
ls out
grep -c '^niche = ' text
