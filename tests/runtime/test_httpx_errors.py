"""Every exception of httpx and httpcore has its place in the tree."""

import inspect
import ssl

import httpcore
import httpx
import pytest

from egp import APIConnectionError, APIResponseValidationError, APITimeoutError, Client
from egp._core.failures import _NAMED, Stage, failure_of
from egp._core.request import Request
from tests.inside import session_of


def exceptions_of(module):
    return sorted(
        (item for _, item in inspect.getmembers(module, inspect.isclass) if issubclass(item, Exception)),
        key=lambda item: item.__name__,
    )


def made(kind):
    request = httpx.Request("POST", "https://example.com")
    if kind is httpx.HTTPStatusError:
        return kind("x", request=request, response=httpx.Response(500, request=request))
    try:
        return kind("x")
    except TypeError:
        return kind()


# Raised only when an object of httpx is misused, which are children of one that is mapped by itself.
MISUSE = {"RequestNotRead", "ResponseNotRead", "StreamClosed", "StreamConsumed"}


@pytest.mark.parametrize(
    "kind", [*exceptions_of(httpx), *exceptions_of(httpcore)], ids=lambda k: f"{k.__module__}.{k.__name__}"
)
def test_each_is_mapped_by_its_own_name(kind):
    failure = failure_of(made(kind), Stage.READ)

    assert kind.__name__ in _NAMED or kind.__name__ in MISUSE
    assert failure is not None
    assert issubclass(failure.error, (APIConnectionError, APIResponseValidationError))
    assert failure.is_timeout == issubclass(failure.error, APITimeoutError)
    assert failure.is_timeout == ("Timeout" in kind.__name__)


@pytest.mark.parametrize("kind", exceptions_of(httpx), ids=lambda k: k.__name__)
@pytest.mark.parametrize("where", ["send", "read"])
def test_none_escapes_from_a_given_client(kind, where):
    class Broken(httpx.SyncByteStream):
        def __iter__(self):
            yield b"{"
            raise made(kind)

    def handle(request):
        if where == "send":
            raise made(kind)
        return httpx.Response(200, stream=Broken())

    if kind is httpx.HTTPStatusError and where == "send":
        pytest.skip("a status error is a response: see the hooks of a given client")
    with httpx.Client(transport=httpx.MockTransport(handle)) as http_client:
        client = Client(api_key="k", http_client=http_client, max_retries=0)
        with pytest.raises((APIConnectionError, APIResponseValidationError)) as caught:
            session_of(client).send(Request("POST", "/x"))

    assert len(caught.value.attempts) == 1


def test_an_exception_of_the_users_own_code_is_left_alone():
    def handle(request):
        raise LookupError("mine")

    with (
        httpx.Client(transport=httpx.MockTransport(handle)) as http_client,
        pytest.raises(LookupError, match="mine"),
    ):
        session_of(Client(api_key="k", http_client=http_client)).send(Request("POST", "/x"))


def test_the_cause_at_the_bottom_is_kept_without_its_frames():
    outer = httpx.ConnectError("outer")
    outer.__cause__ = httpcore.ConnectError("inner")
    outer.__cause__.__context__ = ConnectionRefusedError(111, "Connection refused")

    failure = failure_of(outer, Stage.CONNECT)

    assert isinstance(failure.cause, ConnectionRefusedError)
    assert failure.cause.__traceback__ is None
    assert "Connection refused" in failure.message


def test_a_certificate_that_is_not_trusted_is_not_tried_again():
    refused = ssl.SSLCertVerificationError("self-signed")
    wrapped = httpx.ConnectError("x")
    wrapped.__cause__ = refused

    assert [failure_of(error, Stage.CONNECT).retried for error in (refused, wrapped)] == [False, False]
