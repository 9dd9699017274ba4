"""An index: reading it, sending to it, and what goes wrong on the way. The index is a real one."""

import configparser

import pytest

pytest.importorskip("twine", reason="needs the release tools: tox -e release")

import keyring
import keyring.backend
from packaging.version import Version

from tools.release.build import sha256
from tools.release.errors import Refusal
from tools.release.index import Index

pytestmark = pytest.mark.index

VERSION = Version("0.1.0")


def open_index(named, **options):
    return Index.open(named, **options)


def digests(built):
    return {file.name: sha256(file) for file in built.files}


def test_an_index_without_the_project_lists_nothing(index_server, identified):
    index = open_index(index_server.url)

    assert index.versions() == []
    assert index.listing(VERSION) == {}


@pytest.mark.parametrize("options", [(), ("--hash-algo", "off"), ("--hash-algo", "md5")])
def test_what_was_sent_is_listed_with_its_sha256_whatever_the_index_says_of_it(
    start_index, identified, built, options
):
    server = start_index(*options)
    index = open_index(server.url)

    for file in built.files:
        index.upload(file)

    assert index.versions() == [VERSION]
    assert index.listing(VERSION) == digests(built)
    index.wait_for(digests(built), VERSION)


def test_a_wrong_password_is_refused_with_the_ways_to_give_one(index_server, identified, monkeypatch, built):
    monkeypatch.setenv("TWINE_PASSWORD", "not-the-p4ssword")
    index = open_index(index_server.url)

    with pytest.raises(Refusal, match="refused these credentials") as reading:
        index.listing(VERSION)
    with pytest.raises(Refusal, match=r"refused these credentials while it took egp_client-.*whl") as sending:
        index.upload(built.wheel)

    for refused in (reading, sending):
        assert "TWINE_PASSWORD" in refused.value.way_out
        assert "not-the-p4ssword" not in str(refused.value)


def test_no_credentials_at_all_are_refused_before_anything_is_sent(
    index_server, identified, monkeypatch, built
):
    monkeypatch.delenv("TWINE_USERNAME")
    monkeypatch.delenv("TWINE_PASSWORD")
    index = open_index(index_server.url)

    with pytest.raises(Refusal, match="no credentials"):
        index.upload(built.wheel)

    assert list(index_server.files.iterdir()) == []


def test_an_index_that_is_down_is_named_with_the_cause(start_index, identified, built):
    index_server = start_index()
    index = open_index(index_server.url)
    index_server.close()

    with pytest.raises(Refusal, match=rf"127\.0\.0\.1:{index_server.port} failed .*Connection refused"):
        index.versions()
    with pytest.raises(
        Refusal, match=rf"127\.0\.0\.1:{index_server.port} failed .*Connection refused"
    ) as refused:
        index.upload(built.wheel)

    assert "run the same command again" in refused.value.way_out


def test_an_upload_that_breaks_off_is_explained_and_can_be_sent_again(
    index_server, cutter, identified, built
):
    index = open_index(cutter.url)
    cutter.cut_upload(2)
    index.upload(built.wheel)

    with pytest.raises(Refusal, match=r"failed while it took egp_client-0\.1\.0\.tar\.gz") as refused:
        index.upload(built.sdist)

    assert "run the same command again" in refused.value.way_out
    assert index.listing(VERSION) == {built.wheel.name: sha256(built.wheel)}
    index.upload(built.sdist)
    assert index.listing(VERSION) == digests(built)


def test_a_file_that_is_there_already_is_not_replaced(index_server, identified, built):
    index = open_index(index_server.url)
    index.upload(built.wheel)
    index.upload(built.wheel)
    (index_server.files / built.wheel.name).write_bytes(b"another 0.1.0")

    with pytest.raises(Refusal, match="already has a file of this name"):
        index.upload(built.wheel)

    assert (index_server.files / built.wheel.name).read_bytes() == b"another 0.1.0"


def test_files_that_arrive_damaged_are_noticed(index_server, identified, built):
    index = open_index(index_server.url)
    index.upload(built.wheel)
    (index_server.files / built.wheel.name).write_bytes(b"damaged")

    with pytest.raises(Refusal, match="other bytes than were sent"):
        index.wait_for({built.wheel.name: sha256(built.wheel)}, VERSION)


def test_a_file_that_is_never_listed_is_given_up_on(index_server, identified, built, monkeypatch):
    monkeypatch.setattr("tools.release.index._LISTING_SECONDS", 0.0)
    index = open_index(index_server.url)
    waits = []

    with pytest.raises(Refusal, match="does not list them"):
        index.wait_for(digests(built), VERSION, sleep=waits.append)


@pytest.mark.parametrize("by", ["name", "url"])
def test_credentials_come_from_pypirc_for_a_section_and_for_its_url(
    index_server, identified, monkeypatch, built, by
):
    monkeypatch.delenv("TWINE_USERNAME")
    monkeypatch.delenv("TWINE_PASSWORD")
    config = configparser.RawConfigParser()
    config["distutils"] = {"index-servers": "internal"}
    config["internal"] = {
        "repository": index_server.url,
        "username": index_server.username,
        "password": index_server.password,
    }
    with (identified / ".pypirc").open("w") as file:
        config.write(file)
    index = open_index("internal" if by == "name" else index_server.url)

    index.upload(built.wheel)

    assert index.listing(VERSION) == {built.wheel.name: sha256(built.wheel)}


def test_credentials_come_from_the_keyring(index_server, identified, monkeypatch, built):
    class Ring(keyring.backend.KeyringBackend):
        priority = 1

        def get_password(self, service, username):
            return index_server.password if (service, username) == (index_server.url, "release") else None

        def get_credential(self, service, username):
            return None

        def set_password(self, service, username, password):
            raise NotImplementedError

    before = keyring.get_keyring()
    monkeypatch.delenv("TWINE_PASSWORD")
    keyring.set_keyring(Ring())
    try:
        index = open_index(index_server.url)

        index.upload(built.wheel)
    finally:
        keyring.set_keyring(before)

    assert index.listing(VERSION) == {built.wheel.name: sha256(built.wheel)}


def test_a_name_that_pypirc_does_not_have_is_refused_with_those_it_has(identified):
    (identified / ".pypirc").write_text("[internal]\nrepository = https://pypi.corp/\n")

    with pytest.raises(Refusal, match=r"neither a URL nor a section .*internal"):
        open_index("intrenal")


def test_a_pypirc_that_cannot_be_understood_is_refused_without_quoting_it(identified):
    (identified / ".pypirc").write_text("password = s3cret\n[distutils\n")

    with pytest.raises(Refusal, match="cannot be understood") as refused:
        open_index("https://pypi.corp/")

    assert "s3cret" not in str(refused.value)


def test_credentials_show_neither_name_nor_password(index_server, identified):
    credentials = open_index(index_server.url).require_credentials()

    assert index_server.password not in repr(credentials)
    assert index_server.password in credentials.secrets
