"""The pages of the repository as they are, and the menu of the site, which docs/index.md gives."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from reference import MODULES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# The front page is the README. The other pages keep their places, so that their links hold.
_BESIDE = ("CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "LICENSE", "openapi.yaml")
_COPIED = {"docs": {".md", ".svg"}, "examples": {".py"}, "benchmarks": {".md", ".svg"}}
_LINK = re.compile(r"\[([^\]]+)\]\(([^)#]+\.md)\)")


def pages(root: Path) -> dict[str, str | bytes]:
    """Return what is copied, by its path in the site's source, and the pages with the menu."""
    found: dict[str, str | bytes] = {name: (root / name).read_bytes() for name in _BESIDE}
    for folder, kinds in _COPIED.items():
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in kinds:
                found[path.relative_to(root).as_posix()] = path.read_bytes()
    found["index.md"] = (root / "README.md").read_text(encoding="utf-8") + _menu(root)
    found["reference/index.rst"] = _reference()
    return found


def _menu(root: Path) -> str:
    index = (root / "docs/index.md").read_text(encoding="utf-8")
    groups = "".join(_tree(caption, paths) for caption, paths in _groups(index))
    tables = sorted((root / "benchmarks").rglob("*.md"))
    measured = [path.relative_to(root).with_suffix("").as_posix() for path in tables]
    contents = _tree("Contents", ["docs/index", "reference/index", "CHANGELOG"])
    return contents + groups + _tree("Measurements", measured)


def _groups(text: str) -> Iterator[tuple[str, list[str]]]:
    # "For those who use the client:", and below it a list of links.
    parts = re.split(r"^For those who (.+):$", text, flags=re.MULTILINE)
    for who, links in zip(parts[1::2], parts[2::2], strict=True):
        targets = [target for _, target in _LINK.findall(links)]
        yield who[0].upper() + who[1:], [_from_the_top(target) for target in targets]


def _from_the_top(target: str) -> str:
    name = target.removesuffix(".md")
    return name.removeprefix("../") if name.startswith("../") else f"docs/{name}"


def _tree(caption: str, paths: list[str]) -> str:
    lines = "\n".join(paths)
    return f"\n```{{toctree}}\n:hidden:\n:caption: {caption}\n\n{lines}\n```\n"


def _reference() -> str:
    lines = [
        "Reference",
        "=========",
        "",
        "Every public name, made from the code, the parser of the command and the contract.",
        "",
        ".. toctree::",
        "   :maxdepth: 1",
        "",
        *(f"   {name}" for name in ("client", *MODULES, "command", "operations", "schemas")),
    ]
    return "\n".join(lines) + "\n"
