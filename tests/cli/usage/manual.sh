# Every option of every verb's --help stands in the manual page and in the completion.
matriline --man > man
matriline --completion bash > completion
for verb in run check markers why params switches targets; do
    matriline $verb --help > help
    grep -q "matriline $verb" man
    for option in $(grep -o -- '--[a-z-]*' help | sort -u); do
        sed 's/\\-/-/g' man | grep -q -- "$option" || echo "$verb $option is not in the manual"
        grep -q -- "$option" completion || echo "$verb $option is not in the completion"
    done
    echo "$verb: $(grep -c -- ' --[a-z]' help) options"
done
