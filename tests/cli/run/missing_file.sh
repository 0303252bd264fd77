code=0
matriline run nowhere.yaml || code=$?
echo "exit $code"
code=0
matriline check . || code=$?
echo "exit $code"
