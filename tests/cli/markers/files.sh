# What is written is read again: with the genotypes known nothing is drawn, and other seeds change nothing.
matriline markers --family "$SOURCE/examples/pedigree.fam" --fam a.fam --vcf a.vcf --draws 1 > drawn.txt
cut -f 2-5 a.fam
matriline markers --family a.fam --genotypes a.vcf --fam b.fam --vcf b.vcf --tsv > one.tsv
cmp a.fam b.fam
cmp a.vcf b.vcf
matriline markers --family a.fam --genotypes a.vcf --tsv --seed 5 > two.tsv
grep -v '^##seed' one.tsv > one
grep -v '^##seed' two.tsv | cmp - one
grep '^##draws' one.tsv
grep -v '^##' one.tsv | cut -f 1-9 | head -n 4
matriline markers --family a.fam --genotypes a.vcf --host anna --json | python3 -c '
import json, sys
d = json.load(sys.stdin)
h = d["hosts"][0]
print(d["certain"], d["draws"], h["host"], len(h["donors"]), h["known_panel"]["tells_all_apart"])'
