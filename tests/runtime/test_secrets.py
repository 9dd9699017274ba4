"""Where secrets might show: everywhere that a value can be looked at is searched for each of them."""

import copy
import gc
import io
import logging
import pickle
import traceback
import types

import httpx
import pytest

from egp import APIError, AsyncClient, Client, EGPError
from egp._core.headers import SECRET_HEADERS, Headers
from egp._core.request import Request
from egp._core.secrets import Secret
from tests.inside import session_of

KEY = "sk-key-0123456789abcdef"
ACCOUNT = "acc-0123456789abcdef"
OPENAI = "sk-openai-0123456789abcdef"
BEARER = "Bearer 0123456789abcdef"
COOKIE = "session=0123456789abcdef"
CALL = "per-call-0123456789abcdef"
SECRETS = (KEY, ACCOUNT, OPENAI, BEARER, COOKIE, CALL)

OPTIONS = {
    "api_key": KEY,
    "account_id": ACCOUNT,
    "openai_api_key": OPENAI,
    "default_headers": {"Authorization": BEARER, "Cookie": COOKIE},
}


def found_in(text):
    return [secret for secret in SECRETS if secret in text]


def reachable(value, depth=8):
    """Everything that attributes and containers lead to, closures and modules left out."""
    seen, queue = {}, [(value, depth)]
    while queue:
        item, left = queue.pop()
        if id(item) in seen or isinstance(
            item, (type, types.ModuleType, types.FunctionType, types.FrameType)
        ):
            continue
        seen[id(item)] = item
        if left:
            queue += [(referent, left - 1) for referent in gc.get_referents(item)]
    return seen.values()


def shown(value):
    """All the ways in which a value may be printed."""
    texts = [repr(value), str(value)]
    if hasattr(value, "__dict__"):
        texts.append(repr(vars(value)))
    if isinstance(value, BaseException):
        told = traceback.TracebackException.from_exception(value, capture_locals=True)
        lines = list(told.format())
        # The frames of this test hold the secrets that it passes in: only those of the package count.
        texts += [line for line in lines if "/egp/" in line.split("\n")[0]]
        texts += [repr(error) for error in (value.__cause__, value.__context__) if error is not None]
    for item in reachable(value):
        if isinstance(item, (str, bytes, bytearray, memoryview)):
            texts.append(bytes(item).decode("latin-1") if not isinstance(item, str) else item)
    return "\n".join(texts)


@pytest.fixture
def logs():
    """What all loggers say, httpx's and httpcore's among them, at the loudest."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


def test_replies_and_what_is_made_of_them_show_no_secret(make_client, raw_server, logs):
    raw_server.script(raw_server.reply(body={"a": 1}, set_cookie=COOKIE, x_api_key=KEY))
    client = make_client(raw_server.url, **OPTIONS)

    reply = client.send(headers={"x-api-key": CALL})
    response = reply.http_response

    assert CALL in raw_server.requests[0][0]
    for value in (repr(reply), reply.headers, reply.request, response, response.request, response.headers):
        assert not found_in(shown(value))
    assert not found_in(str(response.headers.raw) + str(response.request.headers.raw))
    # httpcore writes the response's headers to its own log at debug, which is not ours to keep from.
    text = "\n".join(line for line in logs.getvalue().split("\n") if "receive_response_headers" not in line)
    assert not found_in(text)


@pytest.mark.parametrize(
    "fault", ["status", "echo", "refused", "reset", "timeout", "body", "stream", "redirect", "undecodable"]
)
def test_errors_show_no_secret(make_client, raw_server, refused_url, logs, fault):
    server = raw_server
    server.script(
        {
            "status": server.reply(403, {"detail": "no"}, set_cookie=COOKIE),
            "echo": server.reply(401, {"error": {"message": f"bad: {KEY} {CALL} {BEARER} {ACCOUNT}"}}),
            "refused": b"",
            "reset": (server.RESET,),
            "timeout": (server.HOLD,),
            "body": (b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{", server.CLOSE),
            "stream": (server.events(), server.RESET),
            "redirect": server.reply(302, b"", location="https://elsewhere.example/"),
            "undecodable": server.reply(body=b"plain", content_encoding="gzip"),
        }[fault]
    )
    url = refused_url if fault == "refused" else server.url
    client = make_client(url, max_retries=0, timeout=0.3, **OPTIONS)

    with pytest.raises(APIError) as caught:
        client.open(headers={"x-api-key": CALL}).read() if fault == "stream" else client.send(
            headers={"x-api-key": CALL}
        )

    error = caught.value
    assert not found_in(_of_package(error))
    for twin in (copy.deepcopy(error), pickle.loads(pickle.dumps(error))):
        assert not found_in(shown(twin))
        assert (str(twin), twin.body, twin.attempts, twin.headers) == (
            str(error),
            error.body,
            error.attempts,
            error.headers,
        )
    assert not found_in(pickle.dumps(error).decode("latin-1"))
    text = "\n".join(line for line in logs.getvalue().split("\n") if "receive_response_headers" not in line)
    assert not found_in(text)


def _of_package(error):
    """The error as shown, without what this test's own frames hold."""
    bare = error.with_traceback(None)
    texts = [shown(bare)]
    return "\n".join(texts)


@pytest.mark.parametrize("kind", [Client, AsyncClient])
@pytest.mark.parametrize("does", ["make", "copy"])
@pytest.mark.parametrize(
    "fault",
    [
        {"base_url": "nowhere"},
        {"environment": "moon"},
        {"bse_url": "https://host"},
        {"timeout": "soon"},
        {"default_headers": {"authorization": BEARER + "\n"}},
        {"default_headers": {"authorization": BEARER, "bad name": COOKIE}},
        {"api_key": KEY + "\x00x"},
        {"max_connections": 0},
        {"http_client": object()},
        {"ssl_context": object()},
    ],
    ids=lambda fault: next(iter(fault)),
)
def test_tracebacks_of_options_that_are_refused_show_no_secret(kind, does, fault):
    client = kind(base_url="https://host", **OPTIONS)

    def refused():
        kind(**{**OPTIONS, **fault}) if does == "make" else client.with_options(**{**OPTIONS, **fault})

    with pytest.raises((EGPError, TypeError)) as caught:
        refused()

    told = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    frames = [frame for frame in told.stack if "/egp/" in frame.filename]
    assert frames
    assert not found_in(repr([frame.locals for frame in frames]))
    assert not found_in(str(caught.value))


ECHOED = f'{{"error": {{"message": "no such key: {KEY}", "code": %d}}}}'


@pytest.mark.parametrize("retries", [0, 1])
@pytest.mark.parametrize(
    ("stream", "body"),
    [
        (False, ECHOED % 401),
        (False, f'{{"choices": [], "message": "{KEY}"}}'),
        (False, f'["{KEY}"]'),
        (False, f"<p>{KEY}</p>"),
        (True, f"data: {ECHOED % 401}\n\n"),
        (True, f"data: {ECHOED % 500}\n\n"),
        (True, f"event: error\ndata: {KEY}\n\n"),
        (True, f'data: {{"{KEY}\n\n'),
        (True, f'data: {{"choices": "{KEY}"}}\n\n'),
        (True, f'data: {{"choices": [], "message": "{KEY}"}}\n\ndata: [DONE]\n\n'),
    ],
)
def test_tracebacks_of_an_answer_that_echoes_the_key_show_none(
    make_client, raw_server, stream, body, retries
):
    kind = "text/event-stream" if stream else "application/json"
    raw_server.script(raw_server.reply(body=body.encode(), content_type=kind))
    modal = make_client(raw_server.url, max_retries=retries, **OPTIONS)

    def ask():
        answer = modal.run(modal.client.chat.completions.create, model="m", messages=[], stream=stream)
        modal.run(answer.get_final_completion)

    with pytest.raises(APIError) as caught:
        ask()

    told = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    chain = []
    while told is not None:
        chain += [frame for frame in told.stack if "/egp/" in frame.filename]
        told = told.__cause__ or (None if told.__suppress_context__ else told.__context__)
    assert chain
    assert not found_in(repr([frame.locals for frame in chain]))
    assert not found_in(repr(caught.value) + str(caught.value))


@pytest.mark.parametrize("fault", ["status", "reset", "timeout"])
def test_tracebacks_with_locals_show_no_secret(raw_server, fault):
    raw_server.script(
        {
            "status": raw_server.reply(403, {"detail": "no"}),
            "reset": (raw_server.RESET,),
            "timeout": (raw_server.HOLD,),
        }[fault]
    )
    client = Client(base_url=raw_server.url, max_retries=0, timeout=0.2, **OPTIONS)

    with client, pytest.raises(APIError) as caught:
        session_of(client).send(Request("POST", "/x", content=b"{}", headers={"authorization": CALL}))

    told = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    frames = [frame for frame in told.stack if "/egp/" in frame.filename]
    assert len(frames) >= 3
    assert not found_in(repr([frame.locals for frame in frames]))


def test_an_interrupt_shows_no_secret(raw_server, monkeypatch):
    raw_server.script((raw_server.HOLD,))
    client = Client(base_url=raw_server.url, **OPTIONS)
    import egp._io.backends.blocking

    def interrupted(self, *args):
        raise KeyboardInterrupt

    monkeypatch.setattr(egp._io.backends.blocking.Connection, "read", interrupted)
    with client, pytest.raises(KeyboardInterrupt) as caught:
        session_of(client).send(Request("POST", "/x", content=b"{}", headers={"authorization": CALL}))

    told = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    assert not found_in(repr([frame.locals for frame in told.stack if "/egp/" in frame.filename]))
    assert session_of(client).engine.open_connections == 0


def test_a_client_shows_no_secret(make_client, raw_server):
    modal = make_client(raw_server.url, **OPTIONS)
    modal.send()
    client = modal.client

    values = [
        client,
        session_of(client).settings,
        client._given,
        client._shared,
        session_of(client)._writer,
        session_of(client).engine,
    ]
    if modal.http_client is None:
        assert not found_in(shown(client))
    for value in values:
        assert not found_in(repr(value))
        if hasattr(value, "__dict__"):
            assert not found_in(repr(vars(value)))


def test_what_generated_operations_are_given_shows_no_secret(make_client, raw_server):
    client = make_client(raw_server.url, **OPTIONS).client

    generated = client.generated

    assert not found_in(repr(generated))
    assert not found_in(repr(generated.get_httpx_client().headers.raw))


@pytest.mark.parametrize("name", sorted(SECRET_HEADERS))
def test_the_value_of_every_secret_header_is_redacted_when_received(name):
    headers = Headers([(name, KEY), ("x-other", "y")])

    assert dict(headers) == {name: "[redacted]", "x-other": "y"}
    assert not found_in(shown(headers))


@pytest.mark.parametrize("name", sorted(SECRET_HEADERS))
def test_the_value_of_every_secret_header_is_wrapped_when_sent(name):
    call = Request("POST", "/x", headers={name.title(): CALL})

    assert not found_in(shown(call))
    assert call.headers[0][1].reveal() == CALL


def test_a_secret_is_not_pickled_and_copies_as_itself():
    secret = Secret(KEY)

    assert repr(secret) == str(secret) == f"{secret}" == "[redacted]"
    assert copy.deepcopy(secret) is copy.copy(secret) is secret
    assert not hasattr(secret, "__dict__")
    with pytest.raises(TypeError):
        pickle.dumps(secret)


def test_an_error_of_a_given_client_holds_no_request_of_it():
    def handle(request):
        raise httpx.ReadError("broken", request=request)

    with (
        httpx.Client(transport=httpx.MockTransport(handle)) as http_client,
        pytest.raises(EGPError) as caught,
    ):
        session_of(Client(http_client=http_client, max_retries=0, **OPTIONS)).send(Request("POST", "/x"))

    assert caught.value.__cause__ is caught.value.__context__ is None
    assert not found_in(shown(caught.value.with_traceback(None)))
