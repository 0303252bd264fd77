# exit: 2
try() {
    echo "\$ $*" >&2
    code=0
    "$@" > /dev/null || code=$?
    echo "exit $code" >&2
}
try matriline claims r-bereved
try matriline claims heart
try matriline claims --grade specultive
try matriline claims --search "milk trisomy"
try matriline claims r-milk --search milk
try matriline claims --verdict
try matriline claims r-milk -n 5
try matriline claims r-milk --verdict --json
try matriline claims --json --tsv
try matriline claims --from nowhere
mkdir bad
printf 'id: x\nsource: a reader\nclaim: c\ngrade: contestd\nkind: N\nanswer: a\n' > bad/x.yaml
try matriline claims --from bad
printf 'id: x\nsource: a reader\nclaim: c\ngrade: outside-simulation\nkind: X\nanswer: in 3 of 4\n' > bad/x.yaml
try matriline claims --from bad
matriline claims r-bereaved r-milk
