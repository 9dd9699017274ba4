"""Bulk runs against the peers: `tox -e bench-bulk`."""
