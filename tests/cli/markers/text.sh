# The example: a pedigree from a .fam with dates beside it, and HLA typings.
cd "$SOURCE"
matriline markers --family examples/pedigree.yaml --typing examples/pedigree_hla.tsv
