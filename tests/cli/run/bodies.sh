# Each body's own page, and a run about somebody else.
matriline family "$SOURCE/examples/anna.yaml" --bodies pages -n 5 -q
ls pages
matriline run "$SOURCE/examples/anna.yaml" --focus tom -n 5 -q | sed -n '1s/ [a-z]* carried.*//p'
code=0
matriline run "$SOURCE/examples/anna.yaml" --focus tim -q || code=$?
echo "exit $code"
