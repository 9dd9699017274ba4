"""What a receiver of OTLP gets from a program that `opentelemetry-instrument` starts."""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.telemetry.test_calls import ANSWER, CANARY

PROGRAM = f"""
import egp
messages = [dict(role="user", content="{CANARY}")]
with egp.Client(api_key="k") as client:
    client.chat.completions.create(model="openai/gpt-4o", messages=messages)
"""


@pytest.fixture
def receiver():
    """A receiver of OTLP over HTTP: its URL, and the bodies that came, by path."""
    received: dict[str, list[bytes]] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.headers.get("content-encoding") == "gzip":
                body = gzip.decompress(body)
            received.setdefault(self.path, []).append(body)
            self.send_response(200)
            self.send_header("content-type", "application/x-protobuf")
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", received
    server.shutdown()
    thread.join()
    server.server_close()


def test_opentelemetry_instrument_sends_a_programs_calls_to_a_receiver(receiver, raw_server):
    raw_server.script(raw_server.reply(503, retry_after_ms="1"), raw_server.reply(body=ANSWER))
    url, received = receiver
    command = shutil.which("opentelemetry-instrument", path=str(Path(sys.executable).parent))
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("OTEL_")},
        "EGP_BASE_URL": raw_server.url,
        "NO_PROXY": "127.0.0.1",
        "OTEL_EXPORTER_OTLP_ENDPOINT": url,
        "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
        "OTEL_LOGS_EXPORTER": "none",
        "OTEL_METRICS_EXPORTER": "otlp",
        "OTEL_TRACES_EXPORTER": "otlp",
        "PYTHONWARNINGS": "",
    }

    subprocess.run([command, sys.executable, "-c", PROGRAM], env=environment, check=True, timeout=60)

    spans = [
        span
        for body in received["/v1/traces"]
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans
        for scope in resource.scope_spans
        if scope.scope.name == "egp"
        for span in scope.spans
    ]
    (chat,) = [span for span in spans if span.name == "chat openai/gpt-4o"]
    attempts = [span for span in spans if span.name == "POST"]
    assert [span.parent_span_id for span in attempts] == [chat.span_id] * 2
    metrics = {
        metric.name: metric
        for body in received["/v1/metrics"]
        for resource in ExportMetricsServiceRequest.FromString(body).resource_metrics
        for scope in resource.scope_metrics
        for metric in scope.metrics
    }
    assert sum(point.sum for point in metrics["gen_ai.client.token.usage"].histogram.data_points) == 13
    assert not [body for bodies in received.values() for body in bodies if CANARY.encode() in body]
