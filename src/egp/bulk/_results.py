"""Results, read back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import frozen

from egp._core.json_types import is_object
from egp._loading import LOADING
from egp.bulk import _output, _output_line
from egp.errors import EGPError

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator

    from egp_api.models import ChatCompletion

    from egp.bulk._output_line import Written

__all__ = ["Result", "results"]


@frozen
class Result:
    """A line of an output."""

    custom_id: str
    is_success: bool
    status_code: int | None
    """The HTTP status; None where no response came that could be read."""
    body: Any
    """The body of the response: the completion, or the service's error."""
    error: Any
    """What went wrong where there is no response: `code` and `message`."""
    request_id: str | None

    @classmethod
    def of(cls, written: Written) -> Result:
        """Return what a line says."""
        response = written.document.get("response")
        fields = response if is_object(response) else {}
        return cls(
            written.custom_id,
            written.is_success,
            written.status,
            fields.get("body"),
            written.document.get("error"),
            fields.get("request_id") or None,
        )

    @property
    def completion(self) -> ChatCompletion:
        """The answer as an object.

        Raises:
            EGPError: the request failed.
        """
        if not self.is_success:
            raise EGPError(f"{self.custom_id} has no completion: {self.error or self.body}")
        with LOADING:
            from egp_api.models import ChatCompletion

        return ChatCompletion.from_dict(self.body)

    @property
    def content(self) -> str | None:
        """The text of the first choice; None where it has none, or the request failed."""
        return _output_line.content_of(self.body)


def results(path: str | os.PathLike[str]) -> Iterator[Result]:
    """Read the results in a file, one at a time: of ours, of OpenAI's batch service or of vLLM.

    Raises:
        EGPError: the file cannot be read, or a line is not a result.
    """
    try:
        for number, line in enumerate(_output.lines_in(Path(path)), 1):
            written = _output_line.read(line)
            if written is None:
                raise EGPError(f"{path}:{number} is not a line of results")
            yield Result.of(written)
    except OSError as error:
        raise EGPError(f"{path} cannot be read: {error.strerror}") from None
