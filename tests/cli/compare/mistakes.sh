# What is missing or unknown is told, with the nearest name and the exit code.
try() {
    echo "\$ compare $*" >&2
    code=0
    matriline compare "$@" > /dev/null || code=$?
    echo "exit $code" >&2
}
anna=$SOURCE/examples/anna.yaml
try "$anna"
try
try "$anna" --a persistnce=slow
try "$anna" --a persistence=slwo
try "$anna" --b seed.divison=1
try "$anna" --b seed.division=none
try "$anna" --b repair
try "$anna" "$anna" "$anna"
try "$anna" missing.yaml
try "$anna" --a persistence=hsc --solver analytic
try "$anna" --a persistence=hsc --focus ana
