matriline run "$SOURCE/examples/anna.yaml" -n 5 --quiet -o out
matriline check "$SOURCE/examples/anna.yaml" --quiet
