"""Requests to an index that end, that show credentials to one host only, and whose failures are explained."""

import os
import re
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, cast
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase, HTTPBasicAuth

from tools.release.credentials import WAY_OUT, Credentials
from tools.release.errors import Refusal

AGAIN = "run the same command again: what has arrived is kept, the rest is sent"

_SECONDS = (10.0, 120.0)  # to connect, and of silence
# Indexes answer a second upload with 409, or with the 400 that pypi.org gives.
_EXISTS = re.compile(r"already\W+exist", re.IGNORECASE)


class _OneHost(AuthBase):
    """Basic authentication for one host, and none for others, where a list may have its files."""

    def __init__(self, netloc: str, credentials: Credentials | None) -> None:
        self._netloc = netloc
        self._basic = HTTPBasicAuth(*credentials) if credentials else None

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        here = urlsplit(request.url or "").netloc == self._netloc
        return self._basic(request) if self._basic and here else request


class _Limited(HTTPAdapter):
    """An adapter whose connections and answers come in time, or fail."""

    def send(self, request: requests.PreparedRequest, *arguments: Any, **options: Any) -> requests.Response:
        options["timeout"] = options.get("timeout") or _SECONDS
        return super().send(request, *arguments, **options)


def open_session(netloc: str, credentials: Credentials | None) -> requests.Session:
    """Return a session that shows credentials to one host, waits 10 s to connect and 120 s of silence."""
    session = requests.Session()
    session.auth = _OneHost(netloc, credentials)
    session.verify = find_authorities() or True
    for scheme in ("http://", "https://"):
        session.mount(scheme, _Limited())
    return session


def find_authorities() -> str | None:
    """Return the file of the certificates that the caller trusts, None for the usual ones."""
    named = (os.environ.get(name) for name in ("TWINE_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"))
    return next(filter(None, named), None)


@contextmanager
def explained(url: str, moment: str, *, identified: bool) -> Generator[None]:
    """Turn the failures of requests into refusals that name the host, the moment and the way out."""
    where = urlsplit(url).netloc
    try:
        yield
    except requests.HTTPError as error:
        answer = cast("requests.Response", error.response)  # raise_for_status, which raised it, has one
        raise refusal_of(answer, where, moment, identified=identified) from None
    except requests.Timeout:
        raise Refusal(f"The index at {where} fell silent {moment}.", way_out=AGAIN) from None
    except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError) as error:
        raise Refusal(
            f"The connection to the index at {where} failed {moment}: {_cause(error)}.",
            way_out=f"check the URL and that the index is up; then {AGAIN}",
        ) from None
    except (requests.RequestException, OSError) as error:
        kind = type(error).__name__
        raise Refusal(
            f"The index at {where} cannot be used {moment} ({kind}).", way_out="check its URL"
        ) from None


def refusal_of(answer: requests.Response, where: str, moment: str, *, identified: bool) -> Refusal:
    """Return what an answer of an index means, and what to do."""
    words = _words(answer)
    match answer.status_code:
        case 401 | 403:
            who = "these credentials" if identified else "a caller without credentials"
            said, way_out = f"refused {who} {moment}", WAY_OUT
        case 400 | 409 if answer.status_code == 409 or _EXISTS.search(f"{answer.reason} {answer.text}"):
            said = "says that it already has a file of this name"
            way_out = "wait for any other run to end, then run the command again: it compares the bytes"
        case 400:
            said, way_out = f"refused what was sent {moment}{words}", "see [project] in pyproject.toml"
        case 413:
            said = f"takes no file of this size {moment}"
            way_out = "have its limit raised (nginx: client_max_body_size); then run again"
        case 429:
            wait = answer.headers.get("retry-after")
            said = f"asks for fewer requests {moment}"
            way_out = f"wait {f'{wait} seconds' if wait else 'a while'}, then {AGAIN}"
        case code if code >= 500:
            said, way_out = f"failed {moment}", f"later, {AGAIN}"
        case _:
            said = f"has another answer {moment}{words}"
            way_out = "check --index (the URL for uploads) and --simple (the URL of the list)"
    status = f"{answer.status_code} {answer.reason or ''}".strip()
    return Refusal(f"The index at {where} {said} ({status}).", way_out=way_out)


def _words(answer: requests.Response) -> str:
    """Return the beginning of what the index itself says of its answer."""
    words = " ".join(re.sub(r"<(style|script)\b.*?</\1>|<[^>]*>", " ", answer.text, flags=re.DOTALL).split())
    return f": {words[:200]}" if words else ""


def _cause(error: BaseException) -> str:
    """Return the innermost reason that is fit to be read; texts on the way may hold URLs."""
    reason: BaseException = error
    while True:
        inner = (getattr(reason, "reason", None), *reversed(reason.args), reason.__cause__)
        found = next((each for each in inner if isinstance(each, BaseException)), None)
        if found is None:
            return getattr(reason, "strerror", None) or type(reason).__name__
        reason = found
