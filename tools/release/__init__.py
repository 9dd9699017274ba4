"""Releases: from a commit to the index, every wrong release refused on the way."""
