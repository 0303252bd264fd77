# Every wrong word on the command line: one sentence with the nearest name, exit 2, nothing on stdout.
try() {
    echo "\$ $*" >&2
    code=0
    "$@" || code=$?
    echo "exit $code" >&2
}
try matriline rnu
try matriline simulate
try matriline --versoin
try matriline help rnu
try matriline run
try matriline run a b
try matriline run --solvr exact a
try matriline run --solver exat a
try matriline run --each
try matriline run -z a
try matriline run --json=3 a
try matriline run --set a a
try matriline run --set =3 a
try matriline run --replicates 0 a
try matriline run --replicates 1e3 a
try matriline run --first-replicate -1 a
try matriline run --seed -1 a
try matriline run --seed 18446744073709551616 a
try matriline run --step nan a
try matriline run --step 0 a
try matriline run --threads many a
try matriline params --tier E
try matriline params extra
try matriline why
try matriline check --width 3 a
try matriline --completion zsh
