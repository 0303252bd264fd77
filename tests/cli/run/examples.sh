# Every family of examples/ runs as it stands.
for f in "$SOURCE"/examples/*.yaml; do
    case ${f##*/} in
    mouse_*) export MATRILINE_MODEL="$SOURCE/models/mouse" ;;
    *) export MATRILINE_MODEL="$SOURCE/models/human" ;;
    esac
    matriline check "$f" > /dev/null || echo "$f: check failed"
    matriline run "$f" -n 3 > text 2> err || { echo "$f: run failed"; cat err; }
    test -s text || echo "$f printed nothing"
    if grep -v '^matriline: note: ' err > other; then echo "$f:" && cat other; fi
done
