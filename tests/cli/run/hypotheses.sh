# A switch or a value that is not there: the nearest name, exit 3; one not built is refused.
try() {
    echo "\$ $*" >&2
    code=0
    matriline run "$SOURCE/examples/anna.yaml" -n 1 "$@" > /dev/null || code=$?
    echo "exit $code" >&2
}
try --switch persistance=slow
try --switch persistence=slwo
try --switch niche=rejection
try --each persistance
try --set seed.divison=1
try --set seed.division=-1
try --set seed.division=nan
try --set "seed.division=1 mL"
try --set seed.division=
try --model nowhere
