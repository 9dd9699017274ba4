"""A name and a password for an index: from the environment, .pypirc, the keyring, or what uv has stored."""

import configparser
import getpass
import os
import subprocess
import sys
from collections.abc import Mapping
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
        return (self.password, quote(self.password, safe=""))

    @property
    def userinfo(self) -> str:
        """Return what stands before the host in a URL."""
        return f"{quote(self.username, safe='')}:{quote(self.password, safe='')}@"


def read_pypirc(path: str | None) -> Mapping[str, Mapping[str, str]]:
    """Return the sections of .pypirc that name a URL; none where there is no such file and none was named."""
    file = Path(path or "~/.pypirc").expanduser()
    config = configparser.RawConfigParser()
    try:
        config.read_string(file.read_text(encoding="utf-8") if path or file.exists() else "")
    except OSError:
        raise Refusal(f"{file} cannot be read.", way_out="check --config-file") from None
    except (configparser.Error, UnicodeError) as error:  # their texts quote the file
        problem = f"{file} cannot be understood ({type(error).__name__})."
        raise Refusal(problem, way_out="see packaging.python.org/specifications/pypirc") from None
    return {name: section for name, section in config.items() if "repository" in section}


def find_credentials(url: str, section: Mapping[str, str]) -> Credentials | None:
    """Return the name and the password for a URL, None where there are none and nobody can be asked."""

    def given(name: str) -> str | None:
        variables = (os.environ.get(f"{tool}_{name}") for tool in ("UV_PUBLISH", "TWINE"))
        return next(filter(None, variables), section.get(name.lower()))

    if token := os.environ.get("UV_PUBLISH_TOKEN"):
        return Credentials("__token__", token)
    username, password = given("USERNAME"), given("PASSWORD")
    if not password:
        username, password = _stored(url, username)
    if username and not password and sys.stdin.isatty():
        password = getpass.getpass(f"Password of {username} for {url}: ")
    return Credentials(username, password) if username and password else None


def _stored(url: str, username: str | None) -> tuple[str | None, str | None]:
    """Return what the keyring has for a URL, or else what uv has."""
    try:
        found = keyring.get_credential(url, username)
        if found is not None and found.password:
            return found.username, found.password
        if username and (password := keyring.get_password(url, username)):
            return username, password
    except KeyringError:
        pass
    named = ["--username", username] if username else []
    uv = [find_uv_bin(), "auth", "token", *named, url]
    done = subprocess.run(uv, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    return (username or "__token__", done.stdout.strip()) if done.returncode == 0 else (username, None)
