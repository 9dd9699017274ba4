"""The operations of one tag, in a module each."""
