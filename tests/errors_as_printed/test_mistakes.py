"""Forty mistakes as a newcomer makes them, uncaught: the last line printed, and how much is above it."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
import traceback
from collections.abc import Iterator
from typing import Any

import pytest

HEAD = "from egp import Client\n"
CREATE = 'Client(api_key="sk-secret-key", base_url="{url}", max_retries=0).chat.completions.create('
ASK = 'model="openai/gpt-4o", messages=[{{"role": "user", "content": "Hi"}}]'
CALL = HEAD + CREATE + ASK


def answered(status: int, body: Any = b"{}", **headers: str) -> tuple[Any, ...]:
    """An answer of the server, for a mistake that only the server notices."""
    return status, body, headers


UNAUTHORIZED = answered(401, {"error": {"message": "Invalid API key", "type": "auth", "code": "invalid_key"}})
HTML = answered(502, b"<html><head><title>502 Bad Gateway</title></head></html>", content_type="text/html")
# name: the program, the answer of the server or None, and the last line printed.
MISTAKES: dict[str, tuple[str, tuple[Any, ...] | None, str]] = {
    # The client
    "no key": (
        HEAD + 'Client(base_url="{url}")',
        None,
        "egp.errors.EGPError: no API key: pass api_key=… or set the environment variable EGP_API_KEY",
    ),
    "empty key": (HEAD + 'Client(api_key=" ")', None, "egp.errors.EGPError: api_key is empty"),
    "key with a line break": (
        HEAD + 'Client(api_key="sk-\\nsecret")',
        None,
        "egp.errors.EGPError: api_key has characters that HTTP forbids in a header",
    ),
    "key of another type": (
        HEAD + "Client(api_key=5)",
        None,
        "egp.errors.EGPError: api_key is not a string but int",
    ),
    "misspelt option": (
        HEAD + 'Client(api_key="k", max_retrys=3)',
        None,
        "TypeError: Client takes no option 'max_retrys'; did you mean 'max_retries'?",
    ),
    "option of another package": (
        HEAD + 'Client(api_key="k", organization="x")',
        None,
        "TypeError: Client takes no option 'organization'",
    ),
    "URL without scheme": (
        HEAD + 'Client(api_key="k", base_url="api.example.com")',
        None,
        "egp.errors.EGPError: base_url is not a URL of the form https://host[:port][/path]",
    ),
    "URL of another scheme": (
        HEAD + 'Client(api_key="k", base_url="ftp://api.example.com")',
        None,
        "egp.errors.EGPError: base_url has the scheme 'ftp': only http and https are known",
    ),
    "URL with credentials": (
        HEAD + 'Client(api_key="k", base_url="https://user:pw@api.example.com")',
        None,
        "egp.errors.EGPError: base_url contains a user name or password: give the key as api_key",
    ),
    "unknown environment": (
        HEAD + 'Client(api_key="k", environment="prod")',
        None,
        "egp.errors.EGPError: unknown environment 'prod': the known ones are production, production-multitenant,"
        " staging, development, local",
    ),
    "negative retries": (
        HEAD + 'Client(api_key="k", max_retries=-1)',
        None,
        "egp.errors.EGPError: max_retries must be an integer >= 0, got -1",
    ),
    "timeout of zero": (
        HEAD + 'Client(api_key="k", timeout=0)',
        None,
        "egp.errors.EGPError: timeout must be a positive number of seconds or None, got 0",
    ),
    "timeout as text": (
        HEAD + 'Client(api_key="k", timeout="5")',
        None,
        "egp.errors.EGPError: timeout must be seconds, None or httpx.Timeout, got str",
    ),
    "deadline as text": (
        HEAD + 'Client(api_key="k", deadline="5")',
        None,
        "egp.errors.EGPError: deadline must be a positive number of seconds or None, got '5'",
    ),
    "retry as number": (
        HEAD + 'Client(api_key="k", retry=3)',
        None,
        "egp.errors.EGPError: retry must be an egp.Retry, got int",
    ),
    "http_client of the wrong kind": (
        "import httpx\n" + HEAD + 'Client(api_key="k", http_client=httpx.AsyncClient(trust_env=False))',
        None,
        "egp.errors.EGPError: http_client must be an httpx.Client, got AsyncClient",
    ),
    "headers as list": (
        HEAD + 'Client(api_key="k", default_headers=["x"])',
        None,
        "egp.errors.EGPError: headers must be a mapping of names to values, got list",
    ),
    # The keywords
    "misspelt keyword": (
        CALL + ", temprature=1)",
        None,
        "TypeError: create() got an unexpected keyword argument 'temprature'; did you mean 'temperature'?;"
        " fields outside the contract go through extra_body",
    ),
    "unknown keyword": (
        CALL + ", zzz=1)",
        None,
        "TypeError: create() got an unexpected keyword argument 'zzz'; fields outside the contract go through"
        " extra_body",
    ),
    "NaN": (
        CALL + ', temperature=float("nan"))',
        None,
        "egp.errors.EGPError: temperature: nan cannot be sent, JSON has no such number",
    ),
    "bytes": (
        CALL + ', user=b"x")',
        None,
        "TypeError: create() got an unexpected keyword argument 'user'; fields outside the contract go through"
        " extra_body",
    ),
    "object in metadata": (
        CALL + ', metadata={{"x": object()}})',
        None,
        "egp.errors.EGPError: metadata.x: a value of type object cannot be sent as JSON",
    ),
    "timeout of a call": (
        CALL + ", timeout=-1)",
        None,
        "egp.errors.EGPError: timeout must be a positive number of seconds or None, got -1",
    ),
    "option of streams": (
        CALL + ', on_truncated="warn", stream=True)',
        None,
        "egp.errors.EGPError: on_truncated must be 'raise' or 'ignore', got 'warn'",
    ),
    "extra_body as text": (
        CALL + ', extra_body="x")',
        None,
        "egp.errors.EGPError: extra_body must be a mapping of names to values, got str",
    ),
    "header that frames": (
        CALL + ', extra_headers={{"content-length": "5"}})',
        None,
        "egp.errors.EGPError: the header content-length is set by the transport and cannot be given",
    ),
    # The server's answer
    "401": (CALL + ")", UNAUTHORIZED, "egp.errors.AuthenticationError: HTTP 401: Invalid API key"),
    "403": (
        CALL + ")",
        answered(403, {"detail": "This key may not use the model"}),
        "egp.errors.PermissionDeniedError: HTTP 403: This key may not use the model",
    ),
    "404": (
        CALL + ")",
        answered(404, {"detail": "Not Found"}),
        "egp.errors.NotFoundError: HTTP 404: Not Found (POST {url}/v5/chat/completions)",
    ),
    "404 of a path that repeats": (
        CALL.replace("{url}", "{url}/v5") + ")",
        answered(404, {"detail": "Not Found"}),
        "egp.errors.NotFoundError: HTTP 404: Not Found (POST {url}/v5/v5/chat/completions: /v5 is there twice; leave"
        " it out of the base URL)",
    ),
    "422": (
        CALL + ")",
        answered(422, {"detail": [{"loc": ["body", "n"], "msg": "must be positive", "type": "value_error"}]}),
        "egp.errors.UnprocessableEntityError: HTTP 422: body.n: must be positive",
    ),
    "429": (
        CALL + ")",
        answered(429, {"error": {"message": "Slow down"}}, x_request_id="r-1"),
        "egp.errors.RateLimitError: HTTP 429: Slow down (request id r-1)",
    ),
    "word and sentence": (
        CALL + ")",
        answered(400, {"error": "invalid_request", "message": "The model is unknown"}),
        "egp.errors.BadRequestError: HTTP 400: The model is unknown",
    ),
    "HTML": (CALL + ")", HTML, "egp.errors.InternalServerError: HTTP 502: 502 Bad Gateway"),
    "empty 500": (
        CALL + ")",
        answered(500, b""),
        "egp.errors.InternalServerError: HTTP 500: the server answered with status 500 Internal Server Error and no"
        " message",
    ),
    "redirect elsewhere": (
        CALL + ")",
        answered(302, b"", location="https://login.example/"),
        "egp.errors.APIStatusError: HTTP 302: the server redirects to https://login.example/, which is not followed:"
        " it is another origin, and neither the key nor the request goes there",
    ),
    "a page for JSON": (
        CALL + ")",
        answered(200, b"<html><title>Login</title></html>", content_type="text/html"),
        "egp.errors.APIResponseValidationError: the body (text/html) cannot be read as JSON: Expecting value: line 1"
        " column 1 (char 0)",
    ),
    "an error in a success": (
        CALL + ")",
        answered(200, {"error": {"message": "out of credit"}}),
        "egp.errors.APIResponseValidationError: out of credit",
    ),
    "an answer without a choice": (
        CALL + ")",
        answered(200, {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": []}),
        "egp.errors.APIResponseValidationError: *",
    ),
    # The connection
    "nobody listens": (
        CALL.replace("{url}", "{refused}") + ")",
        None,
        "egp.errors.APIConnectionError: the connection could not be made: Connection refused ({refused})",
    ),
    "TLS at a plain port": (
        CALL.replace("{url}", "{secure}") + ")",
        None,
        "egp.errors.APIConnectionError: the connection could not be made: *: the server does not speak TLS at this"
        " port; is it http:// there? ({secure})",
    ),
}


@pytest.fixture
def plain_port() -> Iterator[int]:
    """A port that answers in plain HTTP, whatever it is asked."""
    listener = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with connection:
                    connection.recv(4096)
                    connection.sendall(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n")

    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    yield listener.getsockname()[1]
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join()


@pytest.mark.parametrize("name", MISTAKES)
def test_the_last_line_says_what_to_do_and_little_is_above_it(
    raw_server, refused_url, plain_port, name, monkeypatch
):
    for variable in ("EGP_API_KEY", "SGP_API_KEY", "EGP_BASE_URL", "SGP_CLIENT_BASE_URL"):
        monkeypatch.delenv(variable, raising=False)
    program, answer, wanted = MISTAKES[name]
    if answer is not None:
        status, body, headers = answer
        raw_server.script(raw_server.reply(status, body, **headers))
    places = {
        "url": raw_server.url,
        "refused": refused_url,
        "secure": f"https://127.0.0.1:{plain_port}",
    }
    program = program.format(**places) if "{{" in program or "{url}" in program else program

    printed = run(program)

    last = printed[-1].replace(raw_server.url, "{url}").replace(refused_url, "{refused}")
    last = last.replace(places["secure"], "{secure}")
    assert re.fullmatch(re.escape(wanted).replace(r"\*", ".*"), last), last
    assert "sk-secret-key" not in "\n".join(printed)
    # Below the user's own line of code; each frame of a traceback takes two or three lines.
    own = max(index for index, line in enumerate(printed) if 'File "script.py"' in line)
    assert len(printed) - own - 2 <= 15, "\n".join(printed)


def test_there_are_forty():
    assert len(MISTAKES) >= 40


def run(program: str) -> list[str]:
    """Return what Python prints when a program ends with an exception."""
    try:
        exec(compile(program, "script.py", "exec"), {"__name__": "__main__"})
    except Exception as error:  # noqa: BLE001
        # The frame of this function is not there in a program of one's own.
        error.__traceback__ = error.__traceback__.tb_next if error.__traceback__ else None
        return "".join(traceback.format_exception(error)).rstrip().splitlines()
    raise AssertionError("the program ended well")


def test_an_unknown_host_is_named(monkeypatch):
    def unknown(*arguments: object, **options: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)

    printed = run(CALL.format(url="http://no-such-host.invalid:81") + ")")

    assert printed[-1] == (
        "egp.errors.APIConnectionError: the connection could not be made: Name or service not known"
        " (http://no-such-host.invalid:81)"
    )
