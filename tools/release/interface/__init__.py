"""The interface of two releases: names, types, metadata and command line, and what changed in it."""
