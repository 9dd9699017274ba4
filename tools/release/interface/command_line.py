"""What programs are told by words: environment variables, commands and their options."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tools.release.semver import Change

_VARIABLE = re.compile(r"[ES]GP_[A-Z][A-Z_]*[A-Z]")
_SETTINGS = ("action", "choices", "const", "nargs", "required")


def compare_command_lines(old: Path, new: Path) -> list[Change]:
    """Return what changed between two source folders of the package `egp`."""
    before, after = _read(old), _read(new)
    lost, gained = before - after, after - before
    changes = [
        Change("words", "removed", word, "minor" if "default" in word else "major") for word in sorted(lost)
    ]
    return [*changes, *(Change("words", "added", word, "minor") for word in sorted(gained))]


def _read(folder: Path) -> Counter[str]:
    words: Counter[str] = Counter()
    variables: set[str] = set()
    for file in sorted(folder.rglob("*.py")):
        # egp.testing and egp.cli have commands; in which of their modules is nobody's business.
        owner = ".".join(["egp", *file.relative_to(folder).parts[:-1][:1]])
        for node in ast.walk(ast.parse(file.read_bytes())):
            if isinstance(node, ast.Constant) and _VARIABLE.fullmatch(str(node.value)):
                variables.add(f"variable {node.value!s}")
            words.update(_arguments(node, owner))
    return words + Counter(variables)


def _arguments(node: ast.AST, owner: str) -> Iterator[str]:
    match node:
        case ast.Call(
            func=ast.Attribute(attr="add_argument" | "add_parser" as how), args=args, keywords=keywords
        ):
            given = {each.arg: _literal(each.value) for each in keywords}
            said = "".join(f" {name}={given[name]}" for name in _SETTINGS if given.get(name))
            for name in [str(each.value) for each in args if isinstance(each, ast.Constant)]:
                word = f"{owner}: {'command' if how == 'add_parser' else 'argument'} {name}"
                yield f"{word}{said}"
                if given.get("default"):
                    yield f"{word}, default {given['default']}"
        case _:
            pass


def _literal(node: ast.expr) -> str | None:
    """Return a value that is written out; how a computed one is called is no user's business."""
    try:
        return repr(ast.literal_eval(node))
    except ValueError:
        return None
