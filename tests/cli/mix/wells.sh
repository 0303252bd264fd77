# Wells beside reads: tom's level is surer, and lena, whom the reads hardly tell from greta, is bounded by her own wells.
cp "$SOURCE"/examples/measure/mix_* .
F="mix_counts.tsv --family mix_family.fam --genotypes mix_genotypes.vcf --samples mix_samples.tsv"
matriline mix $F --joint --wells mix_wells.tsv | grep -E "wells of|tom  |lena  "
# Each mistake has its own message, and nothing is written.
try() {
    code=0
    matriline mix $F "$@" -o out > out.txt || code=$?
    echo "exit $code" >&2
    if [ -s out.txt ] || [ -e out ]; then echo "something was written" >&2; fi
}
sed 's/^anna-2004/anna-204/' mix_wells.tsv > sample.tsv
sed 's/tom:1/tim:1/' mix_wells.tsv > donor.tsv
sed 's/tom:1/paul:1/' mix_wells.tsv > father.tsv
sed 's/\t15\t/\t25\t/' mix_wells.tsv > hits.tsv
sed 's/hits/hit/' mix_wells.tsv > column.tsv
try --wells mix_wells.tsv
try --joint --wells sample.tsv
try --joint --wells donor.tsv
try --joint --wells father.tsv
try --joint --wells hits.tsv
try --joint --wells column.tsv
try --joint --wells none.tsv
