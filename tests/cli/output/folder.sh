# What -o leaves: whole files under their own names, no temporary ones.
matriline run "$SOURCE/examples/anna.yaml" -n 10 -o a/b/out > /dev/null
ls -A a/b/out
head -n 1 a/b/out/cells.tsv
grep -c . a/b/out/events.tsv > /dev/null
python3 - <<'P'
import hashlib, json, os
m = json.load(open("a/b/out/manifest.json"))
def files(x):
    """Every {name or file, sha256} of the manifest."""
    if isinstance(x, dict):
        h = x.get("sha256")
        n = x.get("name") or x.get("file")
        if isinstance(h, str) and n:
            yield n, h
        for v in x.values():
            yield from files(v)
    elif isinstance(x, list):
        for v in x:
            yield from files(v)
seen = 0
for name, digest in files(m):
    path = os.path.join("a/b/out", name)
    if os.path.exists(path):
        assert hashlib.sha256(open(path, "rb").read()).hexdigest() == digest, name
        seen += 1
assert seen >= 3, "the manifest names fewer than three files"
print("manifest agrees")
P
