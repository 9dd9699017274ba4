"""A name and a password for an index: from the environment, .pypirc, the keyring, or what uv has stored."""

import configparser
import getpass
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import keyring
from keyring.errors import KeyringError
from uv import find_uv_bin

from tools.release.errors import Refusal

WAY_OUT = (
    "set UV_PUBLISH_USERNAME and UV_PUBLISH_PASSWORD (or TWINE_USERNAME and TWINE_PASSWORD), or store them: "
    "uv auth login URL, keyring set URL USER, or a section of .pypirc whose `repository` is the index's URL; "
    "for tokens the name is usually __token__"
)


class Credentials(NamedTuple):
    """A name and a password; neither is ever shown."""

    username: str
    password: str

    def __repr__(self) -> str:
        return "Credentials(hidden)"

    @property
    def secrets(self) -> tuple[str, ...]:
        """Return what must not appear in any output: the password in plain, and as a URL has it."""
        return tuple(dict.fromkeys(text for text in (self.password, quote(self.password, safe="")) if text))


class Section(NamedTuple):
    """A section of .pypirc: the URL for uploads, and what it has of the credentials."""

    url: str
    username: str | None = None
    password: str | None = None

    def __repr__(self) -> str:
        return f"Section({self.url})"


def read_pypirc(path: str | None) -> dict[str, Section]:
    """Return the sections of .pypirc by name; none where there is no such file and none was named."""
    file = Path(path or "~/.pypirc").expanduser()
    if path is None and not file.exists():
        return {}
    config = configparser.RawConfigParser()
    try:
        config.read_string(file.read_text(encoding="utf-8"))
    except OSError:
        raise Refusal(f"{file} cannot be read.", way_out="check --config-file") from None
    except (configparser.Error, UnicodeError) as error:  # their texts quote the file
        raise Refusal(
            f"{file} cannot be understood ({type(error).__name__}).",
            way_out="see packaging.python.org/specifications/pypirc",
        ) from None
    return {
        name: Section(section["repository"], section.get("username"), section.get("password"))
        for name, section in config.items()
        if "repository" in section
    }


def find_credentials(url: str, section: Section | None) -> Credentials | None:
    """Return the name and the password for a URL, None where there are none and nobody can be asked."""
    environment = os.environ
    if token := environment.get("UV_PUBLISH_TOKEN"):
        return Credentials("__token__", token)
    named = [environment.get(name) for name in ("UV_PUBLISH_USERNAME", "TWINE_USERNAME")]
    username = next(filter(None, [*named, section.username if section else None]), None)
    passwords = [environment.get(name) for name in ("UV_PUBLISH_PASSWORD", "TWINE_PASSWORD")]
    password = next(filter(None, [*passwords, section.password if section else None]), None)
    if not password:
        username, password = _stored(url, username)
    if username and not password and sys.stdin.isatty():
        password = getpass.getpass(f"Password of {username} for {url}: ")
    return Credentials(username, password) if username and password else None


def _stored(url: str, username: str | None) -> tuple[str | None, str | None]:
    try:
        if username is None:
            found = keyring.get_credential(url, None)
            username, password = (found.username, found.password) if found else (None, None)
        else:
            password = keyring.get_password(url, username)
    except KeyringError:
        password = None
    if password:
        return username, password
    named = ["--username", username] if username else []
    uv = [find_uv_bin(), "auth", "token", *named, url]
    done = subprocess.run(uv, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    return (username or "__token__", done.stdout.strip()) if done.returncode == 0 else (username, None)
