# A family for another model: the message says which model has the name, and how to ask for it.
try() { matriline check "$@" 2>&1 > /dev/null | sed "s|$SOURCE|SOURCE|g"; }
for f in "$SOURCE"/examples/mouse_*.yaml; do
    try "$f"
done
try "$SOURCE/examples/anna.yaml" --model "$SOURCE/models/mouse"
printf '%s\n' 'people:' '  tom: {sex: male, born: 1985-01-01}' 'events:' > tom.yaml
(cat tom.yaml; echo '  - {date: 2010-01-01, person: tom, event: diagnosis, of: lupus}') > lupus.yaml
try lupus.yaml --model "$SOURCE/models/mouse/"
(cat tom.yaml; echo '  - {date: 2010-01-01, person: tom, event: stroke}') > stroke.yaml
try stroke.yaml --model "$SOURCE/models/mouse"
cp -r "$SOURCE/models/mouse" alone
try stroke.yaml --model alone
