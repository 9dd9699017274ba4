"""The URLs of an index."""

import pytest

from tools.release.address import Address, is_below, read_address
from tools.release.errors import Refusal


@pytest.mark.parametrize(
    ("url", "upload", "simple"),
    [
        ("https://pypi.corp", "https://pypi.corp/", "https://pypi.corp/simple/"),
        ("https://pypi.corp/", "https://pypi.corp/", "https://pypi.corp/simple/"),
        ("https://pypi.corp/simple/", "https://pypi.corp/", "https://pypi.corp/simple/"),
        ("https://corp/repository/py", "https://corp/repository/py", "https://corp/repository/py/simple/"),
        ("https://corp/repository/py/", "https://corp/repository/py/", "https://corp/repository/py/simple/"),
        ("https://corp/api/pypi/py/simple", "https://corp/api/pypi/py/", "https://corp/api/pypi/py/simple/"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080/", "http://127.0.0.1:8080/simple/"),
        ("http://[::1]:8080/", "http://[::1]:8080/", "http://[::1]:8080/simple/"),
        ("http://localhost/", "http://localhost/", "http://localhost/simple/"),
    ],
)
def test_one_url_gives_both(url, upload, simple):
    assert read_address(url) == Address(upload, simple)


def test_a_list_elsewhere_is_named_apart():
    address = read_address("https://devpi.corp/team/stable/", "https://devpi.corp/team/stable/+simple")

    assert address == Address("https://devpi.corp/team/stable/", "https://devpi.corp/team/stable/+simple/")


@pytest.mark.parametrize(
    "url", ["https://user:s3cret@pypi.corp/", "https://:s3cret@pypi.corp/", "https://s3cret@corp/"]
)
def test_credentials_in_a_url_are_refused_and_not_repeated(url):
    with pytest.raises(Refusal, match="holds credentials") as refused:
        read_address(url)

    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize("url", ["http://pypi.corp/", "http://10.0.0.1/", "http://localhost.corp/"])
def test_an_index_that_is_not_encrypted_is_refused(url):
    with pytest.raises(Refusal, match="not encrypted"):
        read_address(url)


@pytest.mark.parametrize(
    "url", ["ftp://corp/", "https://", "https://corp:port/", "https://corp/?a=b", "file:///srv"]
)
def test_what_is_not_the_url_of_an_index_is_refused(url):
    with pytest.raises(Refusal):
        read_address(url)


@pytest.mark.parametrize(
    ("upload", "simple", "below"),
    [
        ("https://corp/team/stable/", "https://corp/team/stable/+simple/", True),
        ("https://corp/py/legacy/", "https://corp/py/simple/", True),
        ("https://corp/feed/pypi/upload/", "https://corp/feed/pypi/simple/", True),
        ("https://corp/team/stable/", "https://corp/team/stable2/+simple/", False),
        ("https://corp/team/stable/", "https://corp/team/+simple/", False),
        ("https://corp/py/", "https://mirror/py/simple/", False),
        ("https://corp/py/", "http://localhost/py/simple/", False),
    ],
)
def test_the_list_of_an_index_is_below_the_url_for_uploads(upload, simple, below):
    assert is_below(Address(upload, simple)) is below
