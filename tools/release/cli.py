"""The command line of scripts/publish."""

import argparse
import io
import os
import signal
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tools.release.checklist import take_steps
from tools.release.errors import Refusal
from tools.release.process import workspace
from tools.release.release import Options, Release

if TYPE_CHECKING:
    from tools.release.index import Index

_ROOT = Path(__file__).resolve().parents[2]
_EPILOG = """
Credentials: UV_PUBLISH_USERNAME and UV_PUBLISH_PASSWORD (or the same with TWINE_), .pypirc, the keyring, or
`uv auth login`. docs/release.md explains every step.
Exit codes: 0 published (or would be, or was before), 1 refused, 2 wrong usage, 130 and 143 interrupted.
"""
_INDEX = "where to upload: a URL, or a section of .pypirc (default: $EGP_PUBLISH_URL)"
_SIMPLE = "where the index lists its files (default: $EGP_PUBLISH_SIMPLE_URL, else simple/ below --index)"
_FLAGS = {
    "--elsewhere": "the list is not below --index, and is its list all the same",
    "--dry-run": "do everything but the upload",
    "--tag": "make the tag, just after the upload, if it is not there",
    "--tests-passed": "the tests of this very commit were green on another machine",
}
_AGAIN = "The same command, run again, goes on from what the index has."


def main(arguments: Sequence[str]) -> int:
    """Publish, or say why not; return the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that knows ASCII alone is no reason to fail
    options, say = _parse(arguments), partial(print, flush=True)
    signal.signal(signal.SIGTERM, _end)
    started = time.monotonic()
    try:
        with workspace() as folder:
            wish = Options(options.dry_run, options.tag, options.tests_passed, options.keep)
            release = Release(_ROOT, folder, wish, _index(options))
            take_steps(release, say=say)
            seconds = f"({time.monotonic() - started:.0f} s)"
            said = f"{release.version} is published {seconds}. Share its tag: git push origin {release.tag}"
            could = f"{release.version} could go out. Nothing was sent and nothing was tagged {seconds}."
            say(f"\n{could if options.dry_run else said}")
    except KeyboardInterrupt:
        print(f"\nInterrupted. {_AGAIN}", file=sys.stderr)
        return 130
    except (Refusal, OSError) as error:
        sys.stdout.flush()
        print(f"\nRefused. {_explain(error)}", file=sys.stderr)
        return 1
    return 0


def _explain(error: Refusal | OSError) -> str:
    if isinstance(error, Refusal):
        return str(error)
    where = f" ({error.filename})" if error.filename else ""
    way_out = "make room, or name another folder (TMPDIR, --keep); then run the same command again"
    return str(Refusal(f"The machine says: {error.strerror or error}{where}.", way_out=way_out))


def _end(number: int, _frame: object) -> None:
    """End as an interrupted program does, so that children and folders go with it."""
    print(f"\nTerminated. {_AGAIN}", file=sys.stderr)
    sys.exit(128 + number)


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/publish",
        description="Take the commit that is checked out to a package index, and refuse every wrong release.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add, environment = parser.add_argument, os.environ
    add("--index", metavar="URL", default=environment.get("EGP_PUBLISH_URL"), help=_INDEX)
    add("--simple", metavar="URL", default=environment.get("EGP_PUBLISH_SIMPLE_URL"), help=_SIMPLE)
    for flag, said in _FLAGS.items():
        add(flag, action="store_true", help=said)
    add("--config-file", metavar="FILE", help="a .pypirc other than ~/.pypirc")
    add("--keep", metavar="DIR", type=Path, help="put the checked files and their bill of materials there")
    options = parser.parse_args(arguments)
    if not options.index and not options.dry_run:
        parser.error("name an index with --index or EGP_PUBLISH_URL, or try --dry-run")
    return options


def _index(options: argparse.Namespace) -> "Index | None":
    if not options.index:
        return None
    from tools.release.index import Index  # loads what speaks to indexes, which a dry run can do without

    return Index.open(
        options.index,
        simple=options.simple or None,
        config_file=options.config_file,
        elsewhere=options.elsewhere,
    )
