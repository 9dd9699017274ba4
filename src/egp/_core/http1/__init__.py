"""HTTP/1.1 without I/O: requests to bytes, bytes to responses (RFC 9112)."""
