"""Ray's HTTP processor (ray.data.llm), with its defaults or BATCH_SIZE; its start is not counted."""

import json
import logging
import os
import sys
import time

os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
import ray
from ray.data.llm import HttpRequestProcessorConfig, build_processor

url, count = sys.argv[1], int(sys.argv[2])
logging.disable(logging.WARNING)
ray.init(
    num_cpus=2,
    include_dashboard=False,
    log_to_driver=False,
    logging_level="ERROR",
    _node_ip_address="127.0.0.1",
)
ray.data.DataContext.get_current().enable_progress_bars = False
processor = build_processor(
    HttpRequestProcessorConfig(
        url=f"{url}/v5/chat/completions",
        headers={"x-api-key": "k"},
        concurrency=1,
        **({"batch_size": int(os.environ["BATCH_SIZE"])} if "BATCH_SIZE" in os.environ else {}),
    ),
    preprocess=lambda row: {
        "payload": {
            "model": "openai/gpt-4o",
            "messages": [{"role": "user", "content": f"Question {row['id']}"}],
        }
    },
    postprocess=lambda row: {"answer": str(row["http_response"])},
)
# Blocks that hold several batches: what is in flight is bounded by a block, too.
questions = ray.data.from_items([{"id": number} for number in range(count)], override_num_blocks=count // 250)
rows = processor(questions).iter_rows()
# The first row has waited for the actors to start.
next(iter(rows), None)
started = time.perf_counter()
left = sum(1 for _ in rows)
print(json.dumps([(time.perf_counter() - started) * count / max(left, 1), None]))
