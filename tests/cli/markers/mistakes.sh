# Each mistake has its own message and exit code.
try() {
    code=0
    matriline markers "$@" > out.txt || code=$?
    echo "exit $code" >&2
    if [ -s out.txt ]; then echo "something was printed" >&2; fi
}
printf 'F a 0 0 2 -9\nF b 0 c 1 -9\n' > bad.fam
printf 'person\tA_1\tA_2\nanna\t01:01\t02:01\nanan\t01:01\t02:01\n' > typing.tsv
cp "$SOURCE/examples/pedigree.fam" .
try
try --family x
try --family none.fam
try --family bad.fam
try --family pedigree.fam --host ana
try --family pedigree.fam --typing typing.tsv
try --family pedigree.fam --genotypes pedigree.fam
try --family pedigree.fam --fraction 2
try --family pedigree.fam --hal x
