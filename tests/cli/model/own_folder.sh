# A copy of the model, edited, is used; a slip in it is told with file and line.
cp -r "$SOURCE/models/human" mine
matriline run "$SOURCE/examples/anna.yaml" -n 3 --model mine > /dev/null
line=$(grep -n '^hsc.division	' mine/parameters.tsv | cut -d: -f1)
sed -i "${line}s/	[0-9.]*	/	many	/" mine/parameters.tsv
code=0
matriline params --model mine 2> err || code=$?
echo "exit $code"
grep -c "mine/parameters.tsv:$line:" err
