"""The Python code in our documents: for the test that runs it, and for the type checkers.

Blocks that begin with ```python notest are left out: they need packages that the tests do not have.

python -m tools.snippets FOLDER    writes each block into a module of its own
"""

import re
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
PAGES = (path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md"))
DOCUMENTS = ("README.md", *sorted(PAGES))


class Snippet(NamedTuple):
    """A block of Python in a document."""

    document: str
    line: int
    """The line of the document that the code begins at."""
    code: str

    @property
    def name(self) -> str:
        """A name for it, as a module has it."""
        return f"{Path(self.document).stem.lower()}_{self.line}"


def snippets() -> list[Snippet]:
    """Every block of Python in the documents that users read."""
    found: list[Snippet] = []
    for document in DOCUMENTS:
        text = (ROOT / document).read_text(encoding="utf-8")
        blocks = re.finditer(r"^```python\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
        found += [Snippet(document, text.count("\n", 0, block.start(1)) + 1, block[1]) for block in blocks]
    return found


def main(folder: str) -> None:
    """Write the blocks into a folder."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    for snippet in snippets():
        Path(folder, f"{snippet.name}.py").write_text(snippet.code, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
