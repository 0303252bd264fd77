# Files of reads as they come from a broken pipe or another genome: each its own message, exit code 3, nothing written.
# What a panel has beside single sites with two alleles is passed over and said; a BAM without index is read through.
try() {
    code=0
    matriline mix "$@" --family f.fam --host mum -o out > out.txt || code=$?
    echo "exit $code" >&2
    if [ -s out.txt ] || [ -e out ]; then echo "something was written" >&2; fi
}
python3 - <<'PY'
import struct, zlib

def block(data):
    z = zlib.compressobj(6, zlib.DEFLATED, -15)
    body = z.compress(data) + z.flush()
    return (b"\x1f\x8b\x08\x04\0\0\0\0\0\xff\x06\0BC\x02\0" + struct.pack("<H", len(body) + 25) + body +
            struct.pack("<II", zlib.crc32(data), len(data)))

def read(name, at, base):
    seq = "T" * 10 + base + "T" * 10
    code = ["=ACMGRSVTWYHKDBN".index(b) for b in seq] + [0]
    packed = bytes(code[i] << 4 | code[i + 1] for i in range(0, 22, 2))
    body = struct.pack("<iiBBHHHiiii", 0, at - 11, len(name) + 1, 60, 4680, 1, 0, 21, -1, -1, 0)
    body += name.encode() + b"\0" + struct.pack("<I", 21 << 4) + packed + b"\x28" * 21
    return struct.pack("<i", len(body)) + body

text = b"@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:chr1\tLN:200000\n@RG\tID:1\tSM:mum\n"
head = b"BAM\1" + struct.pack("<i", len(text)) + text + struct.pack("<i", 1) + struct.pack("<i", 5) + b"chr1\0"
head += struct.pack("<i", 200000)
at = [1000 + 3000 * i for i in range(40)]
reads = b"".join(read(f"r{i}.{k}", p, "AG"[k % 2 if i % 2 else k == 9]) for i, p in enumerate(at) for k in range(20))
end = block(b"")
whole = block(head) + block(reads[:30000]) + block(reads[30000:]) + end
open("whole.bam", "wb").write(whole)
open("no-end.bam", "wb").write(whole[:-len(end)])
open("cut.bam", "wb").write(whole[:len(whole) - 300])
open("head.bam", "wb").write(whole[:20])
open("not.bam", "w").write("this is not a BAM\n")
v = ('##fileformat=VCFv4.2\n##contig=<ID=1>\n##INFO=<ID=AF,Number=A,Type=Float,Description="f">\n'
     '##FORMAT=<ID=GT,Number=1,Type=String,Description="g">\n'
     '#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tmum\tkid\n')
rows = "".join(f"1\t{p}\t.\tA\tG\t.\tPASS\tAF=0.4\tGT\t{'0/1' if i % 2 else '0/0'}\t0/1\n" for i, p in enumerate(at))
odd = "1\t130000\t.\tA\tAC\t.\tPASS\tAF=0.4\tGT\t0/1\t0/1\n1\t130100\t.\tA\tC,G\t.\tPASS\tAF=0.1,0.1\tGT\t0/1\t0/2\n"
open("f.vcf", "w").write(v + rows + odd)
open("odd.vcf", "w").write(v + odd)
open("far.vcf", "w").write(v + "1\t190000\t.\tA\tG\t.\tPASS\tAF=0.4\tGT\t0/0\t0/1\n")
open("g.fa", "w").write(">chr1\n" + "C" * 200000 + "\n")
open("g.fa.fai", "w").write("chr1\t200000\t6\t200000\t200001\n")
open("f.fam", "w").write("F mum 0 0 2 -9\nF kid 0 mum 1 -9\n")
open("empty.bam", "wb").write(block(head) + end)
PY
try head.bam --genotypes f.vcf
try not.bam --genotypes f.vcf
try cut.bam --genotypes f.vcf
try no-end.bam --genotypes f.vcf
try empty.bam --genotypes f.vcf
try whole.bam --genotypes odd.vcf
try whole.bam --genotypes far.vcf
try whole.bam --genotypes f.vcf --reference g.fa
matriline mix whole.bam --family f.fam --genotypes f.vcf --json | python3 -c '
import json, sys
d = json.load(sys.stdin)
print(d["panel"]["sites"], d["panel"]["indels"], d["panel"]["not_two_alleles"], d["samples"][0]["reads"]["looked_at"], d["samples"][0]["reads"]["by_index"])'
