"""egp-client with its extra for faster JSON."""

from benchmarks.clients.egp import Async, Sync, decode_chunk, decode_completion, load

__all__ = ["Async", "Sync", "decode_chunk", "decode_completion", "load"]
