# A folder that cannot be made: said before the work, exit 1.
echo x > file
code=0
matriline run "$SOURCE/examples/anna.yaml" -n 1 -o file/out || code=$?
echo "exit $code"
code=0
matriline run "$SOURCE/examples/anna.yaml" -n 1 -o file || code=$?
echo "exit $code"
ls
