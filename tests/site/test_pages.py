"""Every page of the documentation is there, leads on, and asks nothing of another host."""

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from egp import __version__

ROOT = Path(__file__).parents[2]
# What a browser fetches by itself, by the element and attribute that say so. A link is followed by a person.
FETCHED = {
    ("link", "href"),
    ("script", "src"),
    ("img", "src"),
    ("iframe", "src"),
    ("source", "src"),
    ("object", "data"),
}


class _Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if name == "id":
                self.ids.add(value)
            if (tag, name) == ("a", "href"):
                self.links.append(value)
            if (tag, name) in FETCHED:
                self.fetched.append(value)


@pytest.fixture(scope="module")
def pages(site) -> dict[Path, _Page]:
    return {path: _Page(path.read_text(encoding="utf-8")) for path in sorted(site.rglob("*.html"))}


def test_every_document_is_a_page(site):
    documents = [path.relative_to(ROOT) for path in (ROOT / "docs").rglob("*.md")]

    assert [path for path in documents if not (site / path).with_suffix(".html").exists()] == []


def test_every_page_is_in_the_menu(pages, site):
    menu = re.search(r'<div class="sidebar-tree">.*?</div>', (site / "index.html").read_text(), re.DOTALL)
    linked = {(site / link).resolve() for link in _Page(menu[0]).links}
    documents = {path for path in pages if path.parent != site or path.stem.isupper()}

    assert documents - linked == set()


def test_every_link_within_the_site_leads_to_its_place(pages, site):
    dead = []
    for path, page in pages.items():
        for link in page.links + page.fetched:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            anchor = unquote(parts.fragment)
            if not target.is_file() or (anchor and target in pages and anchor not in pages[target].ids):
                dead.append(f"{path.relative_to(site)}: {link}")

    assert dead == []


def test_no_page_fetches_anything_from_another_host(pages, site):
    fetched = {each for page in pages.values() for each in page.fetched}
    of_styles = {
        address
        for path in site.rglob("*.css")
        for address in re.findall(
            r"url\(['\"]?([^)'\"]+)|@import ['\"]([^'\"]+)", path.read_text(encoding="utf-8")
        )
        for address in address
        if address and not address.startswith("data:")
    }

    assert fetched
    assert {each for each in fetched | of_styles if urlsplit(each).netloc} == set()


def test_every_page_says_its_version(pages):
    silent = [
        path.name for path in pages if f"egp-client {__version__}" not in path.read_text(encoding="utf-8")
    ]

    assert silent == []


def test_the_search_knows_the_names_of_keywords(site):
    words = (site / "searchindex.js").read_text(encoding="utf-8")

    assert all(f'"{word}"' in words for word in ("first_token_timeout", "max_completion_tokens", "deadlin"))
