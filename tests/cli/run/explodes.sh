# Growth without bound is refused as such, exit 4.
code=0
matriline run "$SOURCE/examples/anna.yaml" -n 2 --set "seed.division=1000 per year" 2> err > /dev/null || code=$?
echo "exit $code, $(wc -l < err) line"
