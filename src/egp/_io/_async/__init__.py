"""The drivers, written here; `scripts/unasync` makes `egp._io._sync` of them."""
