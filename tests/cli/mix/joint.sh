# Two samples of one person fitted together: one error, one overdispersion.
matriline mix "$SOURCE/examples/measure/mix_counts.tsv" --family "$SOURCE/examples/measure/mix_family.fam" \
    --genotypes "$SOURCE/examples/measure/mix_genotypes.vcf" --samples "$SOURCE/examples/measure/mix_samples.tsv" \
    --joint | grep -E "sites,|tom  "
