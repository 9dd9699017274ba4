"""The operations, in a package for each tag."""
