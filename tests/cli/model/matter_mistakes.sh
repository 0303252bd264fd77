# --matter and what belongs to it: wrong usage is 2, a bad family 3.
try() {
    echo "\$ $*" >&2
    code=0
    matriline params "$@" > /dev/null || code=$?
    echo "exit $code" >&2
}
try --by level
try --json
try --matter nowhere.yaml
try --matter "$SOURCE/examples/anna.yaml" --tsv
try --matter "$SOURCE/examples/anna.yaml" --by size
try --matter "$SOURCE/examples/anna.yaml" --switch niche=rejected
try --matter
printf 'people:\n  eva: {sex: femal}\n' > bad.yaml
try --matter bad.yaml
