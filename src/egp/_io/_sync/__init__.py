# Made by scripts/unasync from src/egp/_io/_async/__init__.py: edit that file, then run the script.
"""The drivers, written here; `scripts/unasync` makes `egp._io._sync` of them."""
