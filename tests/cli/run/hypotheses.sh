# A switch or a value that is not there: the nearest name, exit 3; one not built is refused.
try() {
    echo "\$ $*" >&2
    code=0
    matriline run "$SOURCE/examples/anna.yaml" -n 1 "$@" > /dev/null || code=$?
    echo "exit $code" >&2
}
try --switch persistance=slow
try --switch persistence=slwo
cp -r "$SOURCE/models/human" mine
awk -F '\t' -v OFS='\t' '$1 == "niche" && $3 == "displacement" { $6 = "no" } { print }' \
    "$SOURCE/models/human/switches.tsv" > mine/switches.tsv
try --model mine --switch niche=displacement
try --each persistance
try --set seed.divison=1
try --set seed.division=-1
try --set seed.division=nan
try --set "seed.division=1 mL"
try --set seed.division=
try --model nowhere
