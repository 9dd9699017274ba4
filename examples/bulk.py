"""A file of two hundred requests becomes a file of two hundred answers.

python -m egp.testing -- python examples/bulk.py      against a local server
EGP_API_KEY=… python examples/bulk.py                 against the service

Break it off and start it again: it goes on where it stopped. In a terminal it shows its progress.
"""

import json
import tempfile
from pathlib import Path

from egp.bulk import results, run

folder = Path(tempfile.gettempdir(), "egp-bulk-example")
folder.mkdir(exist_ok=True)
requests, answers = folder / "requests.jsonl", folder / "results.jsonl"

with requests.open("w", encoding="utf-8") as stream:
    for number in range(200):
        body = {
            "model": "openai/gpt-4o-mini",
            "messages": [{"role": "user", "content": f"What is {number} squared?"}],
        }
        stream.write(json.dumps({"custom_id": f"square-{number}", "body": body}) + "\n")

summary = run(requests, answers, ordered=True)

print(summary)
for result in list(results(answers))[-2:]:
    print(result.custom_id, result.content)
if summary.is_complete:
    # So that the example asks again the next time.
    answers.unlink()
