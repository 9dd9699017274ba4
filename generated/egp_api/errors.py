"""What operations raise."""


class UnexpectedStatus(Exception):
    """A status that the document does not list, with `raise_on_unexpected_status` of the client."""

    def __init__(self, status_code: int, content: bytes):
        self.status_code = status_code
        self.content = content

        super().__init__(
            f"Unexpected status code: {status_code}\n\nResponse content:\n{content.decode(errors='ignore')}"
        )


__all__ = ["UnexpectedStatus"]
