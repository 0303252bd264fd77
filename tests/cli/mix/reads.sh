# Reads as SAM, and AD of a VCF: the same donor comes out. Contigs are "chr" in one file and bare in the other.
python3 - <<'PY'
import random
random.seed(8)
sites = [(1 + i // 60, 1000 + 3000 * (i % 60)) for i in range(120)]
g = []
with open("f.vcf", "w") as v:
    v.write('##fileformat=VCFv4.2\n##contig=<ID=chr1>\n##contig=<ID=chr2>\n##contig=<ID=chrX>\n'
            '##INFO=<ID=AF,Number=A,Type=Float,Description="f">\n##FORMAT=<ID=GT,Number=1,Type=String,Description="g">\n'
            '#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tmum\tkid\n')
    for c, p in sites:
        mum = [random.random() < 0.4 for _ in "ab"]
        kid = [random.choice(mum), random.random() < 0.4]
        g.append((sum(mum), sum(kid)))
        v.write(f"chr{c}\t{p}\t.\tA\tG\t.\tPASS\tAF=0.4\tGT\t{'/'.join(str(int(x)) for x in sorted(mum))}\t{'/'.join(str(int(x)) for x in sorted(kid))}\n")
    v.write("chr1\t5\t.\tA\tAC\t.\tPASS\tAF=0.4\tGT\t0/1\t0/1\nchrX\t5\t.\tA\tC\t.\tPASS\tAF=0.4\tGT\t0/1\t0/1\n")
with open("mum.sam", "w") as s, open("ad.vcf", "w") as v:
    s.write("@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:1\tLN:400000\n@SQ\tSN:2\tLN:400000\n@RG\tID:1\tSM:mum\n")
    v.write('##fileformat=VCFv4.2\n##contig=<ID=1>\n##contig=<ID=2>\n##FORMAT=<ID=AD,Number=R,Type=Integer,Description="d">\n'
            '#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tmum\n')
    for (c, p), (m, k) in zip(sites, g):
        n = [0, 0]
        for r in range(100):
            alt = random.random() < 0.9 * m / 2 + 0.1 * k / 2
            n[alt] += 1
            s.write(f"{c}.{p}.{r}\t0\t{c}\t{p - 10}\t60\t21M\t*\t0\t0\t{'T' * 10}{'AG'[alt]}{'T' * 10}\t{'I' * 21}\n")
        v.write(f"{c}\t{p}\t.\tA\tG\t.\tPASS\t.\tAD\t{n[0]},{n[1]}\n")
PY
printf 'F mum 0 0 2 -9\nF kid 0 mum 1 -9\n' > f.fam
matriline mix mum.sam --family f.fam --genotypes f.vcf > text
grep -v '^  kid' text
matriline mix mum.sam --family f.fam --genotypes f.vcf --tsv | grep -v '^##' | cut -f 1,3- > sam.tsv
matriline mix ad.vcf --family f.fam --genotypes f.vcf --tsv | grep -v '^##' | cut -f 1,3- | cmp - sam.tsv && echo same
tail -n 1 sam.tsv | awk -F '\t' '{ print $3, ($7 < 0.1 && 0.1 < $8 && $6 > 0.07) }'
