"""The account at an index: settings and credentials, found where twine finds them."""

import argparse
import logging
import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import NamedTuple
from urllib.parse import quote

from twine.exceptions import NonInteractive, TwineException
from twine.settings import Settings
from twine.utils import get_config, normalize_repository_url

from tools.release.address import Address, read_address
from tools.release.refusal import Refusal

CREDENTIALS_WAY_OUT = (
    "set TWINE_USERNAME and TWINE_PASSWORD, or store them in the keyring (keyring set URL USER) or in a "
    "section of .pypirc whose `repository` is the index's URL; for tokens the name is usually __token__"
)

# What twine logs repeats what the steps say, or is advice about options that are not offered here.
logging.getLogger("twine").addHandler(logging.NullHandler())
logging.getLogger("twine").propagate = False


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


class Account:
    """twine's settings for one index."""

    def __init__(self, settings: Settings, address: Address) -> None:
        self.settings = settings
        self.address = address

    @classmethod
    def open(cls, named: str, *, simple: str | None, config_file: str | None) -> "Account":
        """Return the account at the index that a URL or a section of .pypirc names; nothing is sent yet.

        A section whose `repository` is the URL lends it its credentials and certificates, which twine does
        for names only.
        """
        arguments = ["--disable-progress-bar"]
        if not sys.stdin.isatty():
            arguments.append("--non-interactive")
        if config_file:
            arguments += ["--config-file", config_file]
        sections = _read_sections(_parse(arguments).config_file)
        if "://" in named:
            address = read_address(named, simple)
            same = {address.upload, address.upload.rstrip("/")}
            section = next((name for name, url in sections.items() if url in same), None)
            arguments += ["--repository", section] if section else ["--repository-url", address.upload]
        elif named in sections:
            address = read_address(sections[named], simple)
            arguments += ["--repository", named]
        else:
            known = ", ".join(sorted(sections)) or "none"
            raise Refusal(
                f"{named!r} is neither a URL nor a section of .pypirc (sections: {known}).",
                way_out="name the index by the URL that twine uploads to (https://…)",
            )
        with explained_as_twine():
            return cls(Settings.from_argparse(_parse(arguments)), address)

    def credentials(self) -> Credentials | None:
        """Return the name and the password, None where there are none and nobody can be asked."""
        try:
            with explained_as_twine():
                return Credentials(self.settings.username or "", self.settings.password or "")
        except NonInteractive:
            return None

    def require_credentials(self) -> Credentials:
        """Return the name and the password; raise Refusal where there are none."""
        found = self.credentials()
        if found is None:
            raise Refusal(f"There are no credentials for {self.address.upload}.", way_out=CREDENTIALS_WAY_OUT)
        return found


@contextmanager
def explained_as_twine() -> Generator[None]:
    """Turn twine's own complaints into refusals, but for the one that there is nobody to ask."""
    try:
        yield
    except NonInteractive:
        raise
    except TwineException as error:
        raise Refusal(f"twine: {error}", way_out="see twine's documentation of this message") from None


def _parse(arguments: list[str]) -> argparse.Namespace:
    """Parse as `twine upload` does, TWINE_* variables included."""
    parser = argparse.ArgumentParser()
    Settings.register_argparse_arguments(parser)
    return parser.parse_args(arguments)


def _read_sections(config_file: str) -> dict[str, str]:
    """Return the upload URL of every section of .pypirc."""
    try:
        config = get_config(config_file)
    except OSError:
        raise Refusal(f"{config_file} cannot be read.", way_out="check --config-file") from None
    except Exception as error:  # noqa: BLE001  # twine lets every parser's error through, and their texts quote the file
        raise Refusal(
            f"{config_file} cannot be understood ({type(error).__name__}).",
            way_out="see packaging.python.org/specifications/pypirc",
        ) from None
    return {
        name: normalize_repository_url(str(section["repository"]))
        for name, section in config.items()
        if section.get("repository")
    }
