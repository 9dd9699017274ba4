"""The client and its methods, written here; `scripts/unasync` makes `egp._sync` of them."""
