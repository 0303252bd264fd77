# People chosen by a disease, shown beside and counted among no tests; an outcome that nobody follows is refused.
matriline targets --only eva_s,kek_sle,gut11 -n 60 --each autoimmunity > text
grep -c '^SHOWN BESIDE' text
grep -c 'tests: 0 of 0 met.*beside: [0-3] of 3' text
matriline targets --only gut11 -n 60 --tsv | tail -n +4 | grep '	gut11	' | cut -f 2,3,4,7
# Under a rival that joins cells and tumours the same row is run life by life.
matriline targets --only kj12_or_br,kj12_or_co -n 20 --each tumour > text
grep -c 'bystander.*surveillance.*recruitment.*both' text
grep -c ' kj12_or_.* odds ' text
mkdir -p own/families
cp "$SOURCE/targets/evidence.tsv" "$SOURCE/targets/unspoken.tsv" own/
cp "$SOURCE/targets/families/one_son.yaml" own/families/
sed 's/ill_mother/one_son/' "$SOURCE/targets/eva_s.yaml" > own/eva_s.yaml
matriline targets own --only eva_s 2>&1 | sed 's/.*eva_s.yaml/eva_s.yaml/' || true
