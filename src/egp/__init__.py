"""The Python SDK of the EGP chat-completions endpoint."""
