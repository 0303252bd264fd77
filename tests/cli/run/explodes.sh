# Growth without bound is refused as such, exit 4.
code=0
matriline run "$SOURCE/examples/anna.yaml" -n 2 --no-unknowns --solver leap \
    --set "seed.division=200 per year" --set "seed.growth=100 per year" 2> err > /dev/null || code=$?
echo "exit $code, $(wc -l < err) line"
grep -o 'grow without bound' err
