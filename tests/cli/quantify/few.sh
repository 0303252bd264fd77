# Little to go by: no blanks, a curve of two points, nothing found, one hit. There is an answer, and it says what it leans on.
ok='well,sample,target,task,ct,quantity'
look() {
    python3 -c '
import json, sys
d = json.load(sys.stdin)
for l in d["levels"]:
    print(l["sample"], l["hits"], l["wells"], l["geq_per_1e6"] is None, l["high"] is not None and l["high"] > 0, l["verdict"], ",".join(l["flags"]))
print(*(",".join(c["flags"]) for c in d["curves"]))'
}
printf "$ok\nA1,anna,SRY,unknown,37,\nA2,anna,SRY,unknown,,\nA1,anna,HBB,unknown,25,\nA2,anna,HBB,unknown,25,\n" > no-blanks.csv
for i in 1 2; do
    printf "B$i,s,HBB,standard,2$i,10000\nC$i,s,HBB,standard,2$((i + 3)),1000\nB$i,s,SRY,standard,2$i,10000\nC$i,s,SRY,standard,2$((i + 3)),1000\n"
done > standards
cat no-blanks.csv standards > two-points.csv
sed 's/,37,/,Undetermined,/' two-points.csv > not-seen.csv
printf 'D1,NTC,SRY,ntc,Undetermined,\nD2,NTC,SRY,ntc,ND,\n' | cat two-points.csv - | sed 's/$/\r/' > windows.csv
for f in no-blanks two-points not-seen windows; do
    echo "$f"
    matriline quantify $f.csv --json 2> notes | look
    sed 's/^/  /' notes
done
