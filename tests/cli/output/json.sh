matriline run "$SOURCE/examples/anna.yaml" -n 5 --json > one.json
matriline run "$SOURCE/examples/anna.yaml" -n 5 --each niche --json --quiet > two.json
python3 - <<'P'
import json
one, two = json.load(open("one.json")), json.load(open("two.json"))
assert isinstance(one, dict) and isinstance(two, list) and len(two) == 3, len(two)
print("json ok")
P
