"""The command line of the compiler."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from tools.compiler import baseline, changes, check, config, document
from tools.compiler.compilation import compile_into, prepare
from tools.compiler.errors import CompileError, Finding
from tools.compiler.install import install, workshop

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType

    from tools.compiler.desugar import Desugared
    from tools.compiler.document import Document

ROOT = Path(__file__).resolve().parents[2]
SHOWN_PROBLEMS = 12
# Deep enough for any document that the reader lets through: allOf chains are followed by recursion.
RECURSION_LIMIT = 20_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Compile a document into a package; return the exit code."""
    options = _parser().parse_args(arguments)
    previous = _exit_on_termination()
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, RECURSION_LIMIT))
    try:
        return _run(options)
    except CompileError as error:
        _print_problems(error, options.spec)
        return 1
    except OSError as error:
        print(f"{error.filename or 'regenerate'}: {error.strerror or error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted; the old package is as it was", file=sys.stderr)
        return 130
    except Exception as error:
        if options.traceback:
            raise
        kind = type(error).__name__
        print(f"{_shown(options.spec)}: the compiler failed on this document ({kind}: {str(error)[:300]})\n"
              "  This is a fault of the compiler: --traceback shows where.", file=sys.stderr)  # fmt: skip
        return 1
    finally:
        sys.setrecursionlimit(limit)
        for number, handler in previous.items():
            signal.signal(number, handler)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="regenerate",
        description="Compiles an OpenAPI document into a client package and says what changed for its users.",
        epilog="Exit code: 0 done, 1 refused or (with --check) not up to date, 2 wrong usage.",
    )
    parser.add_argument("--spec", type=Path, default=ROOT / "openapi.yaml", metavar="FILE",
                        help="the document, YAML or JSON (default: openapi.yaml)")  # fmt: skip
    parser.add_argument("--config", type=Path, default=ROOT / "generator-config.yaml", metavar="FILE",
                        help="the generator's options (default: generator-config.yaml)")  # fmt: skip
    parser.add_argument("--output", type=Path, default=ROOT / "generated", metavar="DIR",
                        help="the folder that the package's folder is in (default: generated)")  # fmt: skip
    parser.add_argument("--check", action="store_true",
                        help="write nothing; exit 1 and name every file that differs")  # fmt: skip
    parser.add_argument("--against", type=Path, metavar="FILE",
                        help="the document to compare with (default: the one users have)")  # fmt: skip
    parser.add_argument("--report", type=Path, metavar="FILE", help="write the changes as JSON, too")
    parser.add_argument("--traceback", action="store_true", help=argparse.SUPPRESS)
    return parser


def _run(options: argparse.Namespace) -> int:
    settings = config.load(options.config)
    source = document.load(options.spec)
    prepared = prepare(source, settings)
    target = options.output.resolve() / (settings.package_name_override or "egp_api")
    report = _report(options.against, target, source)
    if options.report:
        _refuse_report(options.report, report)
    if options.check:
        with tempfile.TemporaryDirectory(prefix="regenerate-") as folder:
            package = Path(folder).resolve() / target.name
            package.mkdir()
            compile_into(package, source, prepared)
            differences = check.compare(package, target)
        _print_differences(differences)
        status = 1 if differences else 0
    else:
        _refuse_foreign(target)
        _build(target, source, prepared)
        status = 0
    _print_report(report, options.report)
    return status


def _build(target: Path, source: Document, prepared: Desugared) -> None:
    with workshop(target) as work:
        package = work / "new" / target.name
        package.mkdir(parents=True)
        emitted = compile_into(package, source, prepared)
        differences = check.compare(package, target)
        if differences:
            install(package, target, work)
    outcome = "written" if differences else "unchanged"
    counts = f"{len(emitted.operations)} operations, {len(emitted.models)} models, {len(emitted.enums)} enums"
    print(f"{_shown(target)} is {outcome}: {counts}")
    _print_first([f"removed {item.file}" for item in differences if item.kind == "extra"])
    _print_first([_note(note, source) for note in prepared.notes])


def _note(note: Finding, source: Document) -> str:
    line = source.line(note.pointer or "")
    return f"note: {_one_line(note.message)} (line {line})"


def _refuse_foreign(target: Path) -> None:
    """Neither a folder with other files is overwritten, nor a package put inside a package."""
    if all((target.parent / name).is_file() for name in ("openapi.yaml", "py.typed", "__init__.py")):
        raise CompileError(
            "is a generated package itself",
            file=_shown(target.parent),
            remedy="--output is the folder that the package's folder is in.",
        )
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        raise CompileError("is in the way: the package needs a folder of this name", file=_shown(target))
    if target.is_dir() and not (target / "openapi.yaml").is_file():
        inside = [path for path in target.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
        if any(path.stat().st_size for path in inside):
            raise CompileError(
                "holds files that were not generated",
                file=_shown(target),
                remedy="Name another --output, or remove the folder if nothing in it is needed.",
            )


def _refuse_report(file: Path, report: changes.Report | None) -> None:
    """Refuse a report that cannot be made, before anything is written."""
    if report is None:
        raise CompileError(
            "there is no earlier document to report changes from",
            file=_shown(file),
            remedy="Name one with --against.",
        )
    if file.is_dir() or not file.parent.is_dir():
        raise CompileError("the report cannot be written to this place", file=_shown(file))


def _report(against: Path | None, target: Path, new: Document) -> changes.Report | None:
    """Return what changes for users; None without anything to compare with."""
    old = baseline.given(against) if against else baseline.found(target, ROOT / "generated" / "egp_api")
    if old is None:
        return None
    return changes.compare(old.content, new.content, same_bytes=old.source == new.source)


def _print_differences(differences: Sequence[check.Difference]) -> None:
    _print_first([str(item) for item in differences])
    if differences:
        print("The package is not what document, options and templates give: run scripts/regenerate.")
    else:
        print("The package is up to date.")


def _print_first(lines: Sequence[str]) -> None:
    for line in lines[:SHOWN_PROBLEMS]:
        print(line)
    if len(lines) > SHOWN_PROBLEMS:
        print(f"and {len(lines) - SHOWN_PROBLEMS} more")


def _print_report(report: changes.Report | None, file: Path | None) -> None:
    if report is None:
        print("There is no earlier document to compare with.")
        return
    print(report.to_text())
    if file is not None:
        text = json.dumps(report.to_dict(), indent=2, ensure_ascii=False)
        file.write_text(f"{text}\n", encoding="utf-8")


def _print_problems(error: CompileError, spec: Path) -> None:
    name = _shown(spec)
    source: Document | None = None
    for problem in error.problems[:SHOWN_PROBLEMS]:
        line = problem.line
        if line is None and problem.file is None and problem.pointer is not None:
            source = source or document.load(spec)
            line = source.line(problem.pointer)
        where = f"{problem.file or name}:{line}" if line is not None else problem.file or name
        print(f"{where}: {_one_line(problem.message)}", file=sys.stderr)
        if problem.remedy:
            print(f"  {problem.remedy}", file=sys.stderr)
    if len(error.problems) > SHOWN_PROBLEMS:
        print(f"and {len(error.problems) - SHOWN_PROBLEMS} more problems", file=sys.stderr)


def _one_line(message: str) -> str:
    """Return the message on one line, without characters that a terminal would obey."""
    text = " ".join(message.split())
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)[:600]


def _shown(path: Path) -> str:
    """Return a path as short as it can be said from here."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def _exit_on_termination() -> dict[signal.Signals, signal._HANDLER]:
    """Turn SIGTERM and the end of the terminal into ordinary exits, so that what was begun is cleaned up.

    Returns the handlers that were there before. A signal that is ignored, as under nohup, stays so.
    """

    def leave(signum: int, _frame: FrameType | None) -> NoReturn:
        sys.exit(128 + signum)

    kinds = [kind for kind in signal.Signals if kind.name in {"SIGTERM", "SIGHUP"}]
    try:
        return {
            kind: signal.signal(kind, leave) for kind in kinds if signal.getsignal(kind) is not signal.SIG_IGN
        }
    except ValueError:  # not the main thread: whoever owns the process decides
        return {}
