"""The command line of the compiler."""

import argparse
import json
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from tools.compiler import baseline, changes, check, config, document
from tools.compiler.baseline import SPEC_IN_PACKAGE
from tools.compiler.changes.report import printable
from tools.compiler.compilation import compile_into, prepare
from tools.compiler.desugar import Desugared
from tools.compiler.document import Document
from tools.compiler.errors import CompileError, Finding
from tools.compiler.install import install, workshop
from tools.compiler.walk import deep_recursion

ROOT = Path(__file__).resolve().parents[2]
SHOWN_PROBLEMS = 12
_STALE = "The package is not what document, options and templates give: run scripts/regenerate."


@deep_recursion()
def main(arguments: Sequence[str] | None = None) -> int:
    """Compile a document into a package; return the exit code."""
    options = _parser().parse_args(arguments)
    previous = _exit_on_termination()
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
        for number, handler in previous.items():
            signal.signal(number, handler)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="regenerate",
        description="Compiles an OpenAPI document into a client package and says what changed for its users.",
        epilog="Exit code: 0 done, 1 refused or (with --check) not up to date, 2 wrong usage.",
    )
    for name, kind, default, about in (
        ("--spec", "FILE", "openapi.yaml", "the document, YAML or JSON"),
        ("--config", "FILE", "generator-config.yaml", "the generator's options"),
        ("--output", "DIR", "generated", "the folder that the package's folder is in"),
        ("--against", "FILE", "", "the document to compare with (default: the one users have)"),
        ("--report", "FILE", "", "write the changes as JSON, too"),
    ):
        path, told = (ROOT / default, f"{about} (default: {default})") if default else (None, about)
        parser.add_argument(name, type=Path, metavar=kind, default=path, help=told)
    about = "write nothing; exit 1 and name every file that differs"
    parser.add_argument("--check", action="store_true", help=about)
    parser.add_argument("--traceback", action="store_true", help=argparse.SUPPRESS)
    return parser


def _run(options: argparse.Namespace) -> int:
    settings = config.load(options.config)
    source = document.load(options.spec)
    prepared = prepare(source, settings)
    target = options.output.resolve() / (settings.package_name_override or "egp_api")
    report = _report(options, target, source)
    if options.check:
        with tempfile.TemporaryDirectory(prefix="regenerate-") as folder:
            package = Path(folder).resolve() / target.name
            package.mkdir()
            compile_into(package, source, prepared)
            differences = check.compare(package, target)
        _print_first([str(item) for item in differences])
        print(_STALE if differences else "The package is up to date.")
    else:
        differences = ()
        _refuse_foreign(target)
        _build(target, source, prepared)
    print(report.to_text() if report else "There is no earlier document to compare with.")
    if report and options.report:
        text = json.dumps(report.to_dict(), indent=2, ensure_ascii=False)
        options.report.write_text(f"{text}\n", encoding="utf-8")
    return 1 if differences else 0


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
    if all((target.parent / name).is_file() for name in (SPEC_IN_PACKAGE, "py.typed", "__init__.py")):
        remedy = "--output is the folder that the package's folder is in."
        raise CompileError(Finding("is a generated package itself", file=str(target.parent), remedy=remedy))
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        raise CompileError(
            Finding("is in the way: the package needs a folder of this name", file=str(target))
        )
    inside = check.files(target)
    if SPEC_IN_PACKAGE not in inside and any(path.stat().st_size for path in inside.values()):
        remedy = "Name another --output, or remove the folder if nothing in it is needed."
        raise CompileError(Finding("holds files that were not generated", file=str(target), remedy=remedy))


def _report(options: argparse.Namespace, target: Path, new: Document) -> changes.Report | None:
    """Return what changes for users; None without anything to compare with.

    A report that is to be written and cannot be is refused, before anything else is written.
    """
    committed = ROOT / "generated" / "egp_api"
    old = document.load(options.against) if options.against else baseline.found(target, committed)
    if file := options.report:
        if old is None:
            message = "there is no earlier document to report changes from"
            raise CompileError(Finding(message, file=str(file), remedy="Name one with --against."))
        if file.is_dir() or not file.parent.is_dir():
            raise CompileError(Finding("the report cannot be written to this place", file=str(file)))
    if old is None:
        return None
    return changes.compare(old.content, new.content, same_bytes=old.source == new.source)


def _print_first(lines: Sequence[str]) -> None:
    for line in lines[:SHOWN_PROBLEMS]:
        print(line)
    if len(lines) > SHOWN_PROBLEMS:
        print(f"and {len(lines) - SHOWN_PROBLEMS} more")


def _print_problems(error: CompileError, spec: Path) -> None:
    source: Document | None = None
    for problem in error.problems[:SHOWN_PROBLEMS]:
        line = problem.line
        if line is None and problem.file is None and problem.pointer is not None:
            source = source or document.load(spec)
            line = source.line(problem.pointer)
        where = _shown(Path(problem.file or spec))
        place = where if line is None else f"{where}:{line}"
        print(f"{place}: {_one_line(problem.message)}", file=sys.stderr)
        if problem.remedy:
            print(f"  {problem.remedy}", file=sys.stderr)
    if len(error.problems) > SHOWN_PROBLEMS:
        print(f"and {len(error.problems) - SHOWN_PROBLEMS} more problems", file=sys.stderr)


def _one_line(message: str) -> str:
    return printable(" ".join(message.split()))[:600]


def _shown(path: Path) -> str:
    """Return a path as short as it can be said from here."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def _exit_on_termination() -> "dict[signal.Signals, signal._HANDLER]":
    """Turn SIGTERM and the end of the terminal into ordinary exits, so that what was begun is cleaned up.

    Returns the handlers that were there before. A signal that is ignored, as under nohup, stays so.
    """

    def leave(signum: int, _frame: object) -> NoReturn:
        sys.exit(128 + signum)

    kinds = [kind for kind in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(kind) is not signal.SIG_IGN]
    try:
        return {kind: signal.signal(kind, leave) for kind in kinds}
    except ValueError:  # not the main thread: whoever owns the process decides
        return {}
