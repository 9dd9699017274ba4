"""Make the documentation site: its pages in one folder, then the HTML by Sphinx.

python docs/site FOLDER    writes FOLDER/html, and what it is made of to FOLDER/source

A warning is an error. Neither this nor a page that it makes asks the network for anything.
"""

from __future__ import annotations

import sys
from pathlib import Path

import command
import contract
import menu
import reference
from sphinx.cmd.build import build_main

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


def main(folder: str) -> int:
    """Write the pages, then the site; return Sphinx's exit code."""
    source = Path(folder) / "source"
    made = {**menu.pages(ROOT), **reference.pages(), "reference/command.rst": command.page()}
    made |= contract.pages(ROOT / "openapi.yaml")
    _write(source, made)
    places = ["-c", str(HERE), "-d", str(Path(folder) / "doctrees"), str(source), str(Path(folder) / "html")]
    return build_main(["-b", "html", "-W", "--keep-going", "-q", "-j", "auto", *places])


def _write(source: Path, made: dict[str, str | bytes]) -> None:
    # What has not changed is left alone, so that Sphinx reads only what has.
    stale = {path for path in source.rglob("*") if path.is_file()}
    for name, text in made.items():
        path = source / name
        data = text if isinstance(text, bytes) else text.encode()
        stale.discard(path)
        if not path.exists() or path.read_bytes() != data:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    for path in stale:
        path.unlink()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
