# SIGINT in the middle of a long run: exit 130, nothing written, at once.
matriline run "$SOURCE/examples/anna.yaml" -n 20000 --threads 1 -o out &
job=$!
sleep 1.5
kill -INT $job
code=0
wait $job || code=$?
echo "exit $code"
ls -A
