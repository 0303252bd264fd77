# The example in each verb's help runs as it stands from the source folder.
here=$PWD
for verb in run check compare markers quantify mix why params switches targets claims; do
    line=$(matriline $verb --help | tail -n 1)
    case $line in
    *"matriline $verb"*) ;;
    *) echo "no example in the help of $verb" ;;
    esac
    (cd "$SOURCE" && eval "${line/-o out\//-o $here/out -n 5}" > "$here/$verb.txt" 2> "$here/err") || {
        echo "$verb: exit $?"
        cat err
    }
    test -s $verb.txt || echo "$verb printed nothing"
done
test -s out/report.html
ls out
