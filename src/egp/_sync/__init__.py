# Made by scripts/unasync from src/egp/_async/__init__.py: edit that file, then run the script.
"""The client and its methods, written here; `scripts/unasync` makes `egp._sync` of them."""
