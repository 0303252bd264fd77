# Without -o the answer is printed and no file appears.
matriline run "$SOURCE/examples/anna.yaml" -n 20 --threads 1 > ../answer 2> ../err
ls -A
test ! -s ../err
test "$(wc -l < ../answer)" -ge 4
grep -q 'dys14-qpcr' ../answer
