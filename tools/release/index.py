"""A package index: what it lists of the project, and how files get there."""

import hashlib
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, redirect_stdout
from io import StringIO
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import requests
from packaging.version import InvalidVersion, Version
from pypi_simple import DistributionPackage, NoSuchProjectError, PyPISimple, UnsupportedContentTypeError
from twine.package import PackageFile

from tools.release.account import Account, explained_as_twine
from tools.release.connection import OneHost, explained, limit
from tools.release.refusal import Refusal

PROJECT = "egp-client"

_LISTING_SECONDS = 60.0


class Index:
    """One package index, for one project."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.address = account.address

    def versions(self) -> list[Version]:
        """Return the versions of the project that the index lists, oldest first."""
        return sorted({version for version, _ in self._files()})

    def listing(self, version: Version) -> dict[str, str]:
        """Return the SHA-256 of every file that the index has of a version, by file name.

        A file that is listed without one is fetched and hashed.
        """
        return {
            file.filename: (file.digests or {}).get("sha256") or self._fetch_digest(file.url)
            for listed, file in self._files()
            if listed == version
        }

    def upload(self, path: Path) -> None:
        """Send one file with twine; raise Refusal, with what to do, if it does not arrive."""
        self.account.require_credentials()
        with explained_as_twine(), self._explained(f"while it took {path.name}"):
            repository = self.account.settings.create_repository()
            limit(repository.session)
            try:
                with redirect_stdout(StringIO()):  # twine repeats what the step says
                    answer = repository.upload(PackageFile.from_filename(str(path), None))
            finally:
                repository.close()
            answer.raise_for_status()
        if answer.is_redirect:
            target = urlsplit(answer.headers.get("location", "")).netloc
            raise Refusal(
                f"The index at {self.address.upload} sends uploads elsewhere ({target or 'nowhere'}).",
                way_out="if that is the right place, name its URL with --index",
            )

    def wait_for(
        self, sent: Mapping[str, str], version: Version, *, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        """Return when the index lists the files with these SHA-256; raise Refusal after a minute.

        An index may list a file some time after it took it.
        """
        until = time.monotonic() + _LISTING_SECONDS
        while (listed := self.listing(version)) != sent:
            changed = sorted(name for name in listed if listed[name] != sent.get(name))
            if changed:
                raise Refusal(
                    f"After the upload the index has other bytes than were sent: {', '.join(changed)}.",
                    way_out="have the index's administrator delete these files, then run the command again",
                )
            if time.monotonic() > until:
                missing = sorted(set(sent) - set(listed))
                raise Refusal(
                    f"The index took the files but does not list them: {', '.join(missing)}.",
                    way_out="check that --simple is the list of this index; then run the same command again",
                )
            sleep(1.0)

    def pip_settings(self) -> dict[str, str]:
        """Return pip's environment variables for this index and no other."""
        parts, settings = urlsplit(self.address.simple), self.account.settings
        netloc = parts.netloc
        if found := self.account.credentials():
            netloc = f"{quote(found.username, safe='')}:{quote(found.password, safe='')}@{netloc}"
        variables = {
            "PIP_INDEX_URL": urlunsplit(parts._replace(netloc=netloc)),
            "PIP_CERT": settings.cacert,
            "PIP_CLIENT_CERT": settings.client_cert,
        }
        return {name: value for name, value in variables.items() if value}

    def _files(self) -> list[tuple[Version, DistributionPackage]]:
        with self._explained("when asked for its list of files"), self._session() as session:
            try:
                page = PyPISimple(self.address.simple, session=session).get_project_page(PROJECT)
            except NoSuchProjectError:
                return []
            except UnsupportedContentTypeError as error:
                raise Refusal(
                    f"{self.address.simple} is not a list of packages ({error.content_type}).",
                    way_out="name the list of the index with --simple",
                ) from None
        found: list[tuple[Version, DistributionPackage]] = []
        for file in page.packages:
            try:
                found.append((Version(file.version or ""), file))
            except InvalidVersion:
                continue
        return found

    def _fetch_digest(self, url: str) -> str:
        digest = hashlib.sha256()
        with (
            self._explained("when asked for a file that it lists"),
            self._session() as session,
            session.get(url, stream=True) as answer,
        ):
            answer.raise_for_status()
            for part in answer.iter_content(1 << 16):
                digest.update(part)
        return digest.hexdigest()

    def _session(self) -> requests.Session:
        session, settings = requests.Session(), self.account.settings
        limit(session)
        if found := self.account.credentials():
            session.auth = OneHost(urlsplit(self.address.simple).netloc, found)
        if settings.cacert:
            session.verify = settings.cacert
        if settings.client_cert:
            session.cert = settings.client_cert
        return session

    def _explained(self, moment: str) -> AbstractContextManager[None]:
        identified = self.account.credentials() is not None
        return explained(self.address.upload, moment, identified=identified)
