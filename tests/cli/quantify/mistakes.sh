# Each mistake has its own message and exit code; nothing is printed and nothing is written.
try() {
    code=0
    matriline quantify "$@" -o out > out.txt || code=$?
    echo "exit $code" >&2
    if [ -s out.txt ] || [ -e out ]; then echo "something was written" >&2; fi
}
ok='well,sample,target,ct'
printf "$ok\nA1,anna,SRY,37\nA2,NTC,SRY,Undetermined\n" > p.csv
printf "$ok\nA1,anna,SRY,37\nA1,anna,SRY,38\n" > twice.csv
printf "$ok\n,anna,SRY,37\n" > nowell.csv
printf 'well;sample;target;ct\nA1;anna;SRY;37,5\nA2;anna;SRY;37.5\n' > mixed.csv
printf 'Well,Sample,Target,AcceptedDroplets,Positives\nA1,s,t,10000,-3\n' > negative.csv
printf 'not a zip at all, not even a table\n' > p.rdml
printf 'PK\003\004broken' > broken.rdml
printf 'well\trole\nA1\tblank\nH12\tblank\n' > missing.tsv
printf 'well\trole\nA1\tblank\nA1:A2\tunknown\n' > layout.tsv
printf 'sample\tperson\nana\tanna\n' > samples.tsv
printf 'target\tcarriers\nSRY\ttim:1\n' > targets.tsv
head -c 40000000 /dev/zero > zeros
python3 - <<'PY'
import zipfile
with zipfile.ZipFile("bomb.rdml", "w", zipfile.ZIP_DEFLATED) as z:
    z.write("zeros", "rdml_data.xml")
PY
rm zeros
try
try none.csv
try twice.csv
try nowell.csv
try mixed.csv
try negative.csv
try p.rdml
try broken.rdml
try bomb.rdml
try p.csv --layout missing.tsv
try p.csv --layout layout.tsv
try p.csv --samples samples.tsv
try p.csv --family "$SOURCE/examples/anna.yaml" --targets targets.tsv
try p.csv --format quantsoft
try p.csv --format rdml
try p.csv --typing x.tsv
try p.csv --subjects samples.tsv
try p.csv p.csv
try p.csv --standard-unit K --level 0.9
