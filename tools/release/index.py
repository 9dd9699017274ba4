"""A package index: what it lists of the project, whether it lets us in, and how files get there."""

import hashlib
import re
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import requests
from packaging.version import InvalidVersion, Version
from pypi_simple import ACCEPT_JSON_PREFERRED, IndexPage, ProjectPage
from uv import find_uv_bin

from tools.release.address import Address, is_below, read_address
from tools.release.connection import AGAIN, explained, find_authorities, open_session, refusal_of
from tools.release.contents import PROJECT
from tools.release.credentials import WAY_OUT, Credentials, find_credentials, read_pypirc
from tools.release.errors import Refusal
from tools.release.process import run, sparse_environment

_LISTING_SECONDS = 60.0
_PROJECT_TITLE = re.compile(
    rf"<(title|h1)>[^<]*links for {re.sub('-', '[-_.]', PROJECT)}\s*</", re.IGNORECASE
)
_INDEX_TITLE = re.compile(r"<(title|h1)>[^<]*\bsimple (index|list)\b[^<]*</", re.IGNORECASE)
_STATUS = re.compile(r"status code (\d{3}) ?([\w ]*)\.?(?: Server says:)?(.*)", re.DOTALL)
_CACHE = {"Cache-Control": "no-cache"}


class Index:
    """One package index, for one project."""

    def __init__(self, address: Address, credentials: Credentials | None) -> None:
        self.address = address
        self.credentials = credentials

    @classmethod
    def open(
        cls, named: str, *, simple: str | None = None, config_file: str | None = None, elsewhere: bool = False
    ) -> "Index":
        """Return the index that a URL or a section of .pypirc names; nothing is sent yet.

        A section whose `repository` is the URL lends it its credentials. A list that is not below the URL for
        uploads is refused, unless the caller vouches for it (`elsewhere`).
        """
        sections = read_pypirc(config_file)
        if "://" not in named and named not in sections:
            known = ", ".join(sorted(sections)) or "none"
            raise Refusal(
                f"{named!r} is neither a URL nor a section of .pypirc (sections: {known}).",
                way_out="name the index by the URL that takes uploads (https://…)",
            )
        address = read_address(sections[named].url if named in sections else named, simple)
        if not (elsewhere or is_below(address)):
            raise Refusal(
                f"Nothing shows that {address.simple} lists what {address.upload} takes.",
                way_out="name the list below the URL for uploads; if it is really elsewhere, add --elsewhere",
            )
        same = [each for each in sections.values() if each.url.rstrip("/") == address.upload.rstrip("/")]
        section = sections.get(named) or next(iter(same), None)
        return cls(address, find_credentials(address.upload, section))

    def require_credentials(self) -> Credentials:
        """Return the name and the password; raise Refusal where there are none."""
        if self.credentials is None:
            raise Refusal(f"There are no credentials for {self.address.upload}.", way_out=WAY_OUT)
        return self.credentials

    def check_login(self) -> None:
        """Raise Refusal unless the index would take uploads from us: asked with a form that holds no file."""
        with self._explained("when asked to let us in"), self._session() as session:
            answer = session.post(
                self.address.upload, files={":action": (None, "check")}, allow_redirects=False, headers=_CACHE
            )
        if answer.is_redirect:
            raise self._elsewhere(answer.headers.get("location", ""), "uploads")
        if answer.status_code in {401, 403, 404, 405, 429, 502, 503, 504}:
            raise refusal_of(
                answer, self._where, "when asked to let us in", identified=bool(self.credentials)
            )

    def versions(self) -> list[Version]:
        """Return the versions of the project that the index lists, oldest first."""
        return sorted({version for version, _, _, _ in self._files()})

    def listing(self, version: Version) -> dict[str, str]:
        """Return the SHA-256 of every file that the index has of a version, by file name.

        A file that is listed without one is fetched and hashed.
        """
        return {
            name: digest or self._fetch_digest(url)
            for listed, name, digest, url in self._files()
            if listed == version
        }

    def upload(self, path: Path) -> None:
        """Send one file with uv; raise Refusal, with what to do, if it does not arrive."""
        found = self.require_credentials()
        variables = sparse_environment(
            "UV_CACHE_DIR", "UV_SYSTEM_CERTS", "UV_HTTP", "UV_NATIVE_TLS", "SSL_",
            UV_PUBLISH_URL=self.address.upload, UV_PUBLISH_CHECK_URL=self._with_credentials(),
            UV_PUBLISH_USERNAME=found.username, UV_PUBLISH_PASSWORD=found.password,
            **({"SSL_CERT_FILE": trusted} if (trusted := find_authorities()) else {}),
        )  # fmt: skip
        try:
            run(
                [
                    find_uv_bin(),
                    "publish",
                    "--no-config",
                    "--trusted-publishing=never",
                    "--no-attestations",
                    path,
                ],
                cwd=path.parent,
                env=variables,
                refused="uv publish:",
                way_out=f"check the URL and that the index is up; then {AGAIN}",
                secrets=found.secrets,
            )
        except Refusal as refusal:
            raise self._explain_upload(refusal, f"while it took {path.name}") from None

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
        return {
            "PIP_INDEX_URL": self._with_credentials(),
            **({"PIP_CERT": trusted} if (trusted := find_authorities()) else {}),
        }

    @property
    def _where(self) -> str:
        return urlsplit(self.address.upload).netloc

    def _with_credentials(self) -> str:
        parts = urlsplit(self.address.simple)
        if found := self.credentials:
            netloc = f"{quote(found.username, safe='')}:{quote(found.password, safe='')}@{parts.netloc}"
            parts = parts._replace(netloc=netloc)
        return urlunsplit(parts)

    def _files(self) -> list[tuple[Version, str, str | None, str]]:
        answer = self._get(f"{self.address.simple}{PROJECT}/")
        if answer.status_code == requests.codes.not_found:
            self._check_list()
            return []
        page = self._parse(answer, lambda: ProjectPage.from_response(answer, PROJECT))
        found: list[tuple[Version, str, str | None, str]] = []
        for file in page.packages:
            try:
                version = Version(file.version or "")
            except InvalidVersion:
                continue
            found.append((version, file.filename, (file.digests or {}).get("sha256"), file.url))
        if not (found or _is_json(answer) or page.repository_version or _PROJECT_TITLE.search(answer.text)):
            raise self._not_a_list(answer)
        return found

    def _check_list(self) -> None:
        """Raise Refusal unless this is a list of packages: else a 404 does not say "no version yet"."""
        answer = self._get(self.address.simple)
        if answer.status_code == requests.codes.not_found:
            raise self._not_a_list(answer)
        page = self._parse(answer, lambda: IndexPage.from_response(answer))
        if not (_is_json(answer) or page.repository_version or _INDEX_TITLE.search(answer.text)):
            raise self._not_a_list(answer)

    def _get(self, url: str) -> requests.Response:
        with self._explained("when asked for its list of files"), self._session() as session:
            answer = session.get(url, headers={"Accept": ACCEPT_JSON_PREFERRED, **_CACHE})
            if urlsplit(answer.url)[:2] != urlsplit(url)[:2]:
                raise self._elsewhere(answer.url, "readers of its list")
            if answer.status_code != requests.codes.not_found:
                answer.raise_for_status()
        return answer

    def _parse(self, answer: requests.Response, parse: Callable[[], Any]) -> Any:
        try:
            return parse()
        except Exception as error:  # noqa: BLE001  # of pydantic, json, of the version of the list, of its type …
            raise self._not_a_list(answer, type(error).__name__) from None

    def _not_a_list(self, answer: requests.Response, why: str = "") -> Refusal:
        kind = answer.headers.get("content-type", "").partition(";")[0]
        said = ", ".join(filter(None, (f"{answer.status_code} {answer.reason}".strip(), kind, why)))
        return Refusal(
            f"{answer.url} is not a list of packages that can be understood ({said}), so it does not "
            f"show what {self.address.upload} has.",
            way_out="name the list of the index with --simple (devpi: …/+simple/); it needs no login",
        )

    def _elsewhere(self, url: str, whom: str) -> Refusal:
        return Refusal(
            f"The index at {self.address.upload} sends {whom} elsewhere: {urlsplit(url).netloc or '?'}.",
            way_out="if that is the right place, name its URL with --index or --simple",
        )

    def _explain_upload(self, refusal: Refusal, moment: str) -> Refusal:
        text = refusal.problem
        if "redirect" in text.lower():
            return Refusal(
                f"The index at {self.address.upload} sends uploads elsewhere.",
                way_out="if that is the right place, name its URL with --index",
            )
        if "do not match" in text:
            text = "status code 409 Conflict"
        if status := _STATUS.search(text):
            answer = requests.Response()
            answer.status_code, answer.reason = int(status[1]), status[2].strip()
            answer._content = status[3].encode()  # noqa: SLF001  # requests has no other way to make one
            return refusal_of(answer, self._where, moment, identified=True)
        causes = [line.strip().removeprefix("cause: ") for line in text.splitlines()[1:]]
        cause = re.sub(r" \(os error \d+\)", "", causes[-1]) if causes else "uv did not say why"
        return Refusal(
            f"The connection to the index at {self._where} failed {moment}: {cause}.", way_out=refusal.way_out
        )

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
        return open_session(urlsplit(self.address.simple).netloc, self.credentials)

    def _explained(self, moment: str) -> AbstractContextManager[None]:
        return explained(self.address.upload, moment, identified=self.credentials is not None)


def _is_json(answer: requests.Response) -> bool:
    return answer.headers.get("content-type", "").startswith("application/vnd.pypi.simple.v1+json")
