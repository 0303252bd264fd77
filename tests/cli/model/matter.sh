# The tornado: ranked by how far each unknown moves the answer; the same for any number of threads; JSON that agrees.
FAMILY="$SOURCE/examples/early_loss.yaml"
matriline params --matter "$FAMILY" --threads 1 > one
matriline params --matter "$FAMILY" --threads 3 | cmp - one
cat one
echo
matriline params --matter "$FAMILY" --by level --tier B
matriline params --matter "$FAMILY" --json > text.json
python3 - << 'PY'
import json
x = json.load(open("text.json"))
spread = [abs(u["chance_high"] - u["chance_low"]) for u in x["unknowns"]]
print("sorted" if spread == sorted(spread, reverse=True) else "not sorted", len(spread) > 15)
print("first", x["unknowns"][0]["name"], all(u["low"] < u["value"] < u["high"] for u in x["unknowns"]))
PY
# The point of one unknown is what a run with that value answers.
value=$(python3 -c 'import json; u = json.load(open("text.json"))["unknowns"][0]; print(u["name"] + "=" + repr(u["low"]))')
matriline run "$FAMILY" --solver analytic --set "$value" | grep -o 'probability [0-9.]*'
python3 -c 'import json; u = json.load(open("text.json"))["unknowns"][0]; print("probability %.2g" % u["chance_low"])'
# Simulated points on the same streams.
matriline params --matter "$FAMILY" --solver auto -n 20 --tier C --all | grep -c 'seed.weight'
