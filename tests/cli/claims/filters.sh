# Shorter lists, and the same for programs.
matriline claims --grade single-study --search "brain male"
matriline claims --kind X --tsv | cut -f1,8-12 | grep -v 'NA	NA	NA	NA	NA' # the head only
matriline claims --search milk --json > json
python3 - <<'P'
import json
found = json.load(open("json"))["claims"]
print([c["id"] for c in found if c["grade"] == "animal-only"], found[0]["rows"][0]["citation"] != "")
P
