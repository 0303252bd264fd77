try() {
    echo "\$ $*" >&2
    code=0
    "$@" > /dev/null || code=$?
    echo "exit $code" >&2
}
try matriline targets --only no_such_row
try matriline targets nowhere
try matriline targets --each nich
