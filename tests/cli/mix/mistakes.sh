# Each mistake has its own message and exit code, and nothing is written.
try() {
    code=0
    matriline mix "$@" -o out > out.txt || code=$?
    echo "exit $code" >&2
    if [ -s out.txt ] || [ -e out ]; then echo "something was written" >&2; fi
}
cp "$SOURCE"/examples/measure/mix_* .
F="--family mix_family.fam --genotypes mix_genotypes.vcf"
head -n 60 mix_counts.tsv | tail -n 10 > no-header.tsv
sed '10s/\tchr/ chr/; 10s/[0-9]*$/x/' mix_counts.tsv > broken.tsv
printf 'sample\tperson\nanna-2004\tana\n' > nobody.tsv
sed 's/^chr1\t3415699\t.\tA/chr1\t3415699\t.\tT/; s/^chr1\t3415699\tA/chr1\t3415699\tC/' mix_counts.tsv > other.tsv
printf '@SQ\tSN:chr1\tLN:1000\nr\t0\tchr1\t1\t60\t4M\t*\t0\t0\tACGT\tIIII\n' > short.sam
printf '@SQ\tSN:chr1\tLN:248956422\nr\t0\tchr1\t9\t60\t4M\t*\t0\t0\tACGT\tIIII\nq\t0\tchr1\t1\t60\t4M\t*\t0\t0\tACGT\tIIII\n' > unsorted.sam
printf '@SQ\tSN:z\tLN:1000\nr\t0\tz\t1\t60\t4M\t*\t0\t0\tACGT\tIIII\n' > elsewhere.sam
try mix_counts.tsv
try none.bam $F --host anna
try mix_counts.tsv $F
try mix_counts.tsv $F --host ana
try mix_counts.tsv $F --host anna --donors tom,lina
try mix_counts.tsv $F --samples nobody.tsv
try mix_counts.tsv $F --host anna --sample anna-204
try no-header.tsv $F --host anna
try broken.tsv $F --host anna
try other.tsv $F --host anna
try mix_counts.tsv mix_counts.tsv $F --host anna
try short.sam $F --host anna
try unsorted.sam $F --host anna
try elsewhere.sam $F --host anna
try short.sam --family mix_family.fam --host anna
try mix_counts.tsv $F --host anna --reference none.fa
try mix_counts.tsv $F --host anna --error 0.7
try mix_counts.tsv $F --host anna --umi R
try mix_counts.tsv $F --host paul
try mix_counts.tsv $F --hots anna
