"""A verifier: reads samples, one JSON object a line, and answers each with a verdict. Any number between the two of the problem is right."""
import json
import sys

for line in sys.stdin:
    sample = json.loads(line)
    low, high = sample["problem"]["low"], sample["problem"]["high"]
    text = sample["completion"].strip()
    if not text.isdigit():
        verdict = {"score": None, "message": "not a number"}
    else:
        number = int(text)
        miss = max(low + 1 - number, number - high + 1, 0)
        verdict = {"score": 1 if miss == 0 else 0, "components": {"near": 1 - min(miss, 50) / 50}, "message": f"off by {miss}"}
    print(json.dumps({"id": sample["id"], **verdict}), flush=True)
