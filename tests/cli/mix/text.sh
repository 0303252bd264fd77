# The example as it stands. Numbers of the fit are looked at in answer.sh.
cd "$SOURCE"
matriline mix examples/measure/mix_counts.tsv --family examples/measure/mix_family.fam --genotypes examples/measure/mix_genotypes.vcf --samples examples/measure/mix_samples.tsv
