import pytest

from egp import APIStatusError
from egp._core.redirect import Follow, Refuse, after_redirect

URL = "https://api.example.com/v5/chat"


@pytest.mark.parametrize("status", [307, 308])
@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("/elsewhere", "/elsewhere"),
        ("elsewhere?x=1", "/v5/elsewhere?x=1"),
        ("https://api.example.com/a/b", "/a/b"),
        ("https://api.example.com:443/", "/"),
        ("//API.example.com/x", "/x"),
        ("https://api.example.com", "/"),
        ("/a b", "/a%20b"),
        ("/x#fragment", "/x"),
    ],
)
def test_307_and_308_to_the_same_origin_are_followed(status, location, target):
    assert after_redirect(status, location, URL, followed=0) == Follow(target)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "location",
    [
        "https://evil.example.net/x",
        "http://api.example.com/x",
        "https://api.example.com:8443/x",
        "//evil.example.net/x",
        "https://api.example.com@evil.example.net/x",
        "https://api.example.com.evil.net/",
        "file:///etc/passwd",
    ],
)
def test_another_origin_is_never_followed(status, location):
    assert isinstance(after_redirect(status, location, URL, followed=0), Refuse)


@pytest.mark.parametrize("status", [300, 301, 302, 303, 305, 306])
def test_a_redirect_that_would_change_the_request_is_refused(status):
    decision = after_redirect(status, "/elsewhere", URL, followed=0)

    assert isinstance(decision, Refuse)
    assert "https://api.example.com/elsewhere" in decision.message


@pytest.mark.parametrize("location", [None, "", "https://[bad/", "http://a:99999/"])
def test_a_location_that_is_missing_or_no_url_is_refused(location):
    assert isinstance(after_redirect(307, location, URL, followed=0), Refuse)


def test_a_loop_ends():
    assert isinstance(after_redirect(307, "/x", URL, followed=5), Refuse)


def test_a_password_in_the_target_is_not_shown():
    decision = after_redirect(307, "https://user:pass@evil.example.net/x", URL, followed=0)

    assert "pass" not in decision.message
    assert "https://evil.example.net/x" in decision.message


@pytest.mark.parametrize("status", [307, 308])
def test_the_same_request_goes_to_the_new_place(make_client, raw_server, status):
    raw_server.script(raw_server.reply(status, b"", location="/moved?x=1"), raw_server.reply(body={"ok": 1}))
    client = make_client(raw_server.url)

    reply = client.send("/v5/chat/completions", b'{"model":"m"}')

    assert reply.content == b'{"ok": 1}'
    (_, first), (head, second) = raw_server.requests
    assert head.startswith("POST /moved?x=1 HTTP/1.1\r\n")
    assert first == second == b'{"model":"m"}'
    assert "x-api-key: sk-secret-key" in head
    assert [attempt.status for attempt in reply.attempts] == [status, 200]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("expects", ["send", "open"])
def test_neither_key_nor_prompt_goes_to_another_origin(make_client, raw_server, status, expects):
    other = type(raw_server)()
    raw_server.script(raw_server.reply(status, b"moved", location=f"{other.url}/steal"))
    client = make_client(raw_server.url)

    with pytest.raises(APIStatusError) as caught:
        getattr(client, expects)()

    other.stop()
    assert other.connections == 0
    assert caught.value.status_code == status
    assert f"{other.url}/steal" in caught.value.message
    assert len(raw_server.requests) == 1
