"""These tests need the extra `tools`; one environment of tox has none of the extras."""

from importlib.util import find_spec

collect_ignore_glob = [] if find_spec("msgspec") and find_spec("docstring_parser") else ["test_*.py"]
