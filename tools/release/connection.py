"""Requests to an index that end, that show credentials to one host only, and whose failures are explained."""

import os
import re
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.auth import HTTPBasicAuth

from tools.release.credentials import WAY_OUT, Credentials
from tools.release.errors import Refusal

AGAIN = "run the same command again: what has arrived is kept, the rest is sent"

_SECONDS = (10.0, 120.0)  # to connect, and of silence
# Indexes answer a second upload with 409, or with the 400 that pypi.org gives.
_EXISTS = re.compile(r"already\W+exist", re.IGNORECASE)


class Connection:
    """A host, and the credentials that it alone is shown."""

    def __init__(self, url: str, credentials: Credentials | None) -> None:
        self.host = urlsplit(url).netloc
        self.credentials = credentials

    def ask(
        self, method: str, url: str, moment: str, *, accept: str = "*/*", **options: Any
    ) -> requests.Response:
        """Return the whole answer to a request; raise Refusal, which names the moment, if there is none."""
        shown = self.credentials if urlsplit(url).netloc == self.host else None
        # In UTF-8, as uv sends them.
        auth = HTTPBasicAuth(*(each.encode() for each in shown)) if shown else _stay_unknown
        options |= {"auth": auth, "timeout": _SECONDS, "verify": find_authorities() or True}
        try:
            return requests.request(
                method, url, headers={"Accept": accept, "Cache-Control": "no-cache"}, **options
            )
        except requests.Timeout:
            raise Refusal(f"The index at {self.host} fell silent {moment}.", way_out=AGAIN) from None
        except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError) as error:
            raise self.broken(_cause(error), moment) from None
        except (requests.RequestException, OSError, ValueError) as error:  # of hosts that cannot be one, too
            problem = f"The index at {self.host} cannot be used {moment} ({type(error).__name__})."
            raise Refusal(problem, way_out="check its URL") from None

    def broken(self, cause: str, moment: str) -> Refusal:
        """Return what there is to say when no answer comes."""
        problem = f"The connection to the index at {self.host} failed {moment}: {cause}."
        return Refusal(problem, way_out=f"check the URL and that the index is up; then {AGAIN}")

    def refuse(self, answer: requests.Response, moment: str) -> Refusal:
        """Return what an answer of the index means, and what to do."""
        status = f"{answer.status_code} {answer.reason or ''}".strip()
        return self.explain(status, answer.text, moment, wait=answer.headers.get("retry-after"))

    def explain(self, status: str, text: str, moment: str, *, wait: str | None = None) -> Refusal:
        """Return what a status such as `404 Not Found` and the text beside it mean, and what to do."""
        match int(status[:3]):
            case 401 | 403:
                who = "these credentials" if self.credentials else "a caller without credentials"
                said, way_out = f"refused {who} {moment}", WAY_OUT
            case 400 | 409 as code if code == 409 or _EXISTS.search(f"{status} {text}"):
                said = "says that it already has a file of this name"
                way_out = "wait for any other run to end, then run the command again: it compares the bytes"
            case 400:
                said, way_out = (
                    f"refused what was sent {moment}{_words(text)}",
                    "see [project] in pyproject.toml",
                )
            case 413:
                said = f"takes no file of this size {moment}"
                way_out = "have its limit raised (nginx: client_max_body_size); then run again"
            case 429:
                said = f"asks for fewer requests {moment}"
                way_out = f"wait {f'{wait} seconds' if wait else 'a while'}, then {AGAIN}"
            case code if code >= 500:
                said, way_out = f"failed {moment}", f"later, {AGAIN}"
            case _:
                said = f"has another answer {moment}{_words(text)}"
                way_out = "check --index (the URL for uploads) and --simple (the URL of the list)"
        return Refusal(f"The index at {self.host} {said} ({status}).", way_out=way_out)


def _stay_unknown(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request  # without this, a .netrc would be used


def find_authorities() -> str | None:
    """Return the file of the certificates that the caller trusts, None for the usual ones."""
    named = (os.environ.get(name) for name in ("TWINE_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"))
    return next(filter(None, named), None)


def _words(text: str) -> str:
    """Return the beginning of what the index itself says."""
    words = " ".join(re.sub(r"<(style|script)\b.*?</\1>|<[^>]*>", " ", text, flags=re.DOTALL).split())
    return f": {words[:200]}" if words else ""


def _cause(error: BaseException) -> str:
    """Return the innermost reason that is fit to be read; texts on the way may hold URLs."""
    inner = (getattr(error, "reason", None), *reversed(error.args), error.__cause__)
    for reason in inner:
        if isinstance(reason, BaseException):
            return _cause(reason)
    return getattr(error, "strerror", None) or type(error).__name__
