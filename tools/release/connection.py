"""Requests to an index that end, that show credentials to one host only, and whose failures are explained."""

import re
from collections.abc import Generator
from contextlib import contextmanager
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase, HTTPBasicAuth

from tools.release.account import CREDENTIALS_WAY_OUT, Credentials
from tools.release.refusal import Refusal

# Indexes answer a second upload with 409, or with the 400 that pypi.org gives and twine expects.
_EXISTS = re.compile(r"already\W+exist", re.IGNORECASE)

AGAIN = "run the same command again: what has arrived is kept, the rest is sent"

_CONNECT_SECONDS = 10.0
_SILENCE_SECONDS = 120.0


class OneHost(AuthBase):
    """Basic authentication for one host: a list may name files on others."""

    def __init__(self, netloc: str, credentials: Credentials) -> None:
        self._netloc = netloc
        self._basic = HTTPBasicAuth(credentials.username, credentials.password)

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return self._basic(request) if urlsplit(request.url or "").netloc == self._netloc else request


class _Limited(HTTPAdapter):
    """An adapter whose connections and answers come in time, or fail."""

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,  # the signature is that of requests
        timeout: float | tuple[float | None, float | None] | None = None,
        verify: bool | str = True,
        cert: str | tuple[str, str] | None = None,
        proxies: dict[str, str] | None = None,
    ) -> requests.Response:
        limits = timeout or (_CONNECT_SECONDS, _SILENCE_SECONDS)
        return super().send(request, stream=stream, timeout=limits, verify=verify, cert=cert, proxies=proxies)


def limit(session: requests.Session) -> None:
    """Give every request of a session 10 s to connect and 120 s of silence, and no second attempt."""
    for scheme in ("http://", "https://"):
        session.mount(scheme, _Limited())


@contextmanager
def explained(url: str, moment: str, *, identified: bool) -> Generator[None]:
    """Turn the failures of requests into refusals that name the host, the moment and the way out."""
    where = urlsplit(url).netloc
    try:
        yield
    except requests.HTTPError as error:
        raise _refusal_of(error.response, where, moment, identified=identified) from None
    except requests.Timeout:
        raise Refusal(f"The index at {where} fell silent {moment}.", way_out=AGAIN) from None
    except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError) as error:
        raise Refusal(
            f"The connection to the index at {where} failed {moment}: {_cause(error)}.",
            way_out=f"check the URL and that the index is up; then {AGAIN}",
        ) from None
    except requests.RequestException as error:
        kind = type(error).__name__
        raise Refusal(
            f"The index at {where} cannot be used {moment} ({kind}).", way_out="check its URL"
        ) from None


def _refusal_of(answer: requests.Response | None, where: str, moment: str, *, identified: bool) -> Refusal:
    if answer is None:
        return Refusal(f"The index at {where} gave no answer {moment}.", way_out=AGAIN)
    status = f"{answer.status_code} {answer.reason}".strip()
    match answer.status_code:
        case 401 | 403:
            who = "these credentials" if identified else "a caller without credentials"
            return Refusal(
                f"The index at {where} refused {who} {moment} ({status}).", way_out=CREDENTIALS_WAY_OUT
            )
        case 400 | 409 if answer.status_code == 409 or _EXISTS.search(f"{answer.reason} {answer.text}"):
            return Refusal(
                f"The index at {where} says that it already has a file of this name ({status}).",
                way_out="wait for any other run to end, then run the command again: it compares the bytes",
            )
        case code if code >= 500:
            return Refusal(f"The index at {where} failed {moment} ({status}).", way_out=f"later, {AGAIN}")
        case _:
            return Refusal(
                f"The index at {where} answered {status} {moment}{_words(answer)}.",
                way_out="check --index (the URL for uploads) and --simple (the URL of the list)",
            )


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
