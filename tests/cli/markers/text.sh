# The example: a pedigree from a .fam with dates beside it, and HLA typings. The assays are fixed here: their
# defaults may move when the model is fitted anew.
cd "$SOURCE"
matriline markers --family examples/pedigree.yaml --typing examples/pedigree_hla.tsv --set assay.wells=12 \
    --set assay.genomes.blood=250000 --set assay.indel.genomes=3000 --set assay.recovery=0.8 \
    --set assay.contamination.y=0.12 --set assay.contamination.hla=0.009 --set assay.dys14.fragments=1
