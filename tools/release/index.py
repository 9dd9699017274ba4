"""A package index: what it lists of the project, whether it lets us in, and how files get there."""

import hashlib
import re
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

import requests
from packaging.version import InvalidVersion, Version
from pypi_simple import ACCEPT_JSON_PREFERRED, DistributionPackage, IndexPage, ProjectPage
from uv import find_uv_bin

from tools.release.address import Address, is_below, read_address
from tools.release.connection import Connection, find_authorities
from tools.release.contents import PROJECT
from tools.release.credentials import WAY_OUT, Credentials, find_credentials, read_pypirc
from tools.release.errors import Refusal
from tools.release.process import attempt, sparse_environment

_LISTING_SECONDS = 60.0
_PROJECT_TITLE = re.compile(
    rf"<(title|h1)>[^<]*links for {re.sub('-', '[-_.]', PROJECT)}\s*</", re.IGNORECASE
)
_INDEX_TITLE = re.compile(r"<(title|h1)>[^<]*\bsimple (index|list)\b[^<]*</", re.IGNORECASE)
_JSON = "application/vnd.pypi.simple.v1+json"
_STATUS = re.compile(r"status code (\d{3} ?[\w ]*)\.?(?: Server says:)?(.*)", re.DOTALL)
_DOOR, _LIST, _FILE = "when asked to let us in", "when asked for its list of files", "when asked for a file"
_CLOSED = {401, 403, 404, 405, 429, 502, 503, 504}

Page = TypeVar("Page", IndexPage, ProjectPage)


class Index:
    """One package index, for one project."""

    def __init__(self, address: Address, credentials: Credentials | None) -> None:
        self.address = address
        self.credentials = credentials
        self._connection = Connection(address.simple, credentials)

    @classmethod
    def open(
        cls, named: str, *, simple: str | None = None, config_file: str | None = None, elsewhere: bool = False
    ) -> "Index":
        """Return the index that a URL or a section of .pypirc names; nothing is sent yet.

        A section whose `repository` is the URL lends it its credentials. A list that is not below the URL for
        uploads is refused, unless the caller vouches for it (`elsewhere`).
        """
        sections = read_pypirc(config_file)
        section = sections.get(named)
        if section is None and "://" not in named:
            known = ", ".join(sorted(sections)) or "none"
            raise Refusal(
                f"{named!r} is neither a URL nor a section of .pypirc (sections: {known}).",
                way_out="name the index by the URL that takes uploads (https://…)",
            )
        address = read_address(section["repository"] if section else named, simple)
        if not (elsewhere or is_below(address)):
            raise Refusal(
                f"Nothing shows that {address.simple} lists what {address.upload} takes.",
                way_out="name the list below the URL for uploads; if it is really elsewhere, add --elsewhere",
            )
        url = address.upload.rstrip("/")
        same = (each for each in sections.values() if each["repository"].rstrip("/") == url)
        return cls(address, find_credentials(address.upload, section or next(same, {})))

    def require_credentials(self) -> Credentials:
        """Return the name and the password; raise Refusal where there are none."""
        if self.credentials is None:
            raise Refusal(f"There are no credentials for {self.address.upload}.", way_out=WAY_OUT)
        return self.credentials

    def check_login(self) -> None:
        """Raise Refusal unless the index would take uploads from us: asked with a form that holds no file."""
        form = {":action": (None, "check")}
        answer = self._connection.ask("POST", self.address.upload, _DOOR, files=form, allow_redirects=False)
        if answer.is_redirect:
            raise self._elsewhere("uploads", answer.headers.get("location", ""))
        if answer.status_code in _CLOSED:
            raise self._connection.refuse(answer, _DOOR)

    def versions(self) -> list[Version]:
        """Return the versions of the project that the index lists, oldest first."""
        return sorted({version for version, _ in self._files()})

    def listing(self, version: Version) -> dict[str, str]:
        """Return the SHA-256 of every file that the index has of a version, by file name.

        A file that is listed without one is fetched and hashed.
        """
        files = (file for listed, file in self._files() if listed == version)
        return {each.filename: each.digests.get("sha256") or self._fetch_digest(each.url) for each in files}

    def upload(self, path: Path) -> None:
        """Send one file with uv; raise Refusal, with what to do, if it does not arrive."""
        found = self.require_credentials()
        variables = sparse_environment(
            "UV_CACHE_DIR", "UV_SYSTEM_CERTS", "UV_HTTP", "UV_NATIVE_TLS", "SSL_",
            UV_PUBLISH_URL=self.address.upload, UV_PUBLISH_CHECK_URL=self._list_with_credentials(),
            UV_PUBLISH_USERNAME=found.username, UV_PUBLISH_PASSWORD=found.password,
            **_trusting("SSL_CERT_FILE"),
        )  # fmt: skip
        uv = [find_uv_bin(), "publish", "--no-config", "--trusted-publishing=never", "--no-attestations"]
        done = attempt([*uv, path], cwd=path.parent, env=variables, secrets=found.secrets)
        if done.returncode:
            raise self._explain_upload(done.stdout, f"while it took {path.name}")

    def wait_for(
        self, sent: Mapping[str, str], version: Version, *, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        """Return when the index lists the files with these SHA-256; raise Refusal after a minute.

        An index may list a file some time after it took it.
        """
        until = time.monotonic() + _LISTING_SECONDS
        while (listed := self.listing(version)) != sent:
            if changed := sorted(name for name in listed if listed[name] != sent.get(name)):
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
        return {"PIP_INDEX_URL": self._list_with_credentials(), **_trusting("PIP_CERT")}

    def _list_with_credentials(self) -> str:
        userinfo = self.credentials.userinfo if self.credentials else ""
        return self.address.simple.replace("://", f"://{userinfo}", 1)

    def _files(self) -> list[tuple[Version, DistributionPackage]]:
        """Return all files of the project; raise Refusal unless the list proves to be one."""
        parse = partial(ProjectPage.from_response, project=PROJECT)
        page = self._read(f"{PROJECT}/", parse, _PROJECT_TITLE)
        # That there is none says "no version yet" only where there is a list of all projects.
        if page is None and self._read("", IndexPage.from_response, _INDEX_TITLE) is None:
            raise self._not_a_list(self.address.simple, "404")
        found: list[tuple[Version, DistributionPackage]] = []
        for file in page.packages if page else []:
            with suppress(InvalidVersion):
                found.append((Version(file.version or ""), file))
        return found

    def _read(
        self, path: str, parse: Callable[[requests.Response], Page], title: re.Pattern[str]
    ) -> Page | None:
        """Return a page of the list, None if there is none; raise Refusal for what is no page of a list."""
        url = f"{self.address.simple}{path}"
        answer = self._connection.ask("GET", url, _LIST, accept=ACCEPT_JSON_PREFERRED)
        if urlsplit(answer.url)[:2] != urlsplit(url)[:2]:
            raise self._elsewhere("readers of its list", answer.url)
        if answer.status_code == requests.codes.not_found:
            return None
        if not answer.ok:
            raise self._connection.refuse(answer, _LIST)
        kind = answer.headers.get("content-type", "").partition(";")[0]
        said = f"{answer.status_code} {answer.reason}, {kind}"
        try:
            page = parse(answer)
        except Exception as error:  # noqa: BLE001  # of pydantic, json, of the version of the list, of its type …
            raise self._not_a_list(answer.url, f"{said}, {type(error).__name__}") from None
        proven = kind == _JSON or page.repository_version or title.search(answer.text)
        if not (proven or any(file.version for file in getattr(page, "packages", []))):
            raise self._not_a_list(answer.url, said)
        return page

    def _not_a_list(self, url: str, said: str) -> Refusal:
        return Refusal(
            f"{url} is not a list of packages that can be understood ({said}), so it does not show what "
            f"{self.address.upload} has.",
            way_out="name the list of the index with --simple (devpi: …/+simple/); it needs no login",
        )

    def _elsewhere(self, whom: str, url: str = "") -> Refusal:
        where = f": {urlsplit(url).netloc or '?'}" if url else ""
        return Refusal(
            f"The index at {self.address.upload} sends {whom} elsewhere{where}.",
            way_out="if that is the right place, name its URL with --index or --simple",
        )

    def _explain_upload(self, text: str, moment: str) -> Refusal:
        """Return what uv's own words for a failed upload mean."""
        if "redirect" in text.lower():
            return self._elsewhere("uploads")
        if "do not match" in text:
            return self._connection.explain("409 Conflict", "", moment)
        if status := _STATUS.search(text):
            return self._connection.explain(status[1].strip(), status[2], moment)
        *_, cause = text.rstrip().splitlines() or ["uv did not say why"]
        return self._connection.broken(re.sub(r"^\s*cause: | \(os error \d+\)$", "", cause), moment)

    def _fetch_digest(self, url: str) -> str:
        answer = self._connection.ask("GET", url, _FILE)
        if not answer.ok:
            raise self._connection.refuse(answer, _FILE)
        return hashlib.sha256(answer.content).hexdigest()


def _trusting(variable: str) -> dict[str, str]:
    trusted = find_authorities()
    return {variable: trusted} if trusted else {}
