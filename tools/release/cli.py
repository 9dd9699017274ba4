"""The command line of scripts/publish."""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tools.release.account import Account
from tools.release.checklist import find_root, take_steps
from tools.release.index import Index
from tools.release.refusal import Refusal
from tools.release.release import Release, Wish

_EPILOG = """
Credentials are found as twine finds them: TWINE_USERNAME and TWINE_PASSWORD, the keyring, or .pypirc.
docs/release.md explains every step. Exit codes: 0 published (or would be), 1 refused, 2 wrong usage.
"""


def main(arguments: Sequence[str]) -> int:
    """Publish, or say why not; return the exit code."""
    options = _parse(arguments)
    started = time.monotonic()
    try:
        with tempfile.TemporaryDirectory(prefix="egp-release-") as workspace:
            account = _account(options)
            wish = Wish(dry_run=options.dry_run, create_tag=options.tag)
            release = Release(find_root(), Path(workspace), wish, Index(account) if account else None)
            take_steps(release, say=_say)
            _say(_farewell(release, seconds=time.monotonic() - started))
    except Refusal as refusal:
        sys.stdout.flush()
        print(f"\nRefused. {refusal}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted. The same command, run again, goes on from what the index has.", file=sys.stderr)
        return 130
    return 0


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/publish",
        description="Take the commit that is checked out to a package index, and refuse every wrong release.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--index",
        metavar="URL",
        default=os.environ.get("EGP_PUBLISH_URL") or None,
        help="where to upload: a URL, or a section of .pypirc (default: $EGP_PUBLISH_URL)",
    )
    parser.add_argument(
        "--simple",
        metavar="URL",
        default=os.environ.get("EGP_PUBLISH_SIMPLE_URL") or None,
        help="where the index lists its files (default: $EGP_PUBLISH_SIMPLE_URL, else simple/ below --index)",
    )
    parser.add_argument("--config-file", metavar="FILE", help="a .pypirc other than ~/.pypirc")
    parser.add_argument("--dry-run", action="store_true", help="do everything but the upload")
    parser.add_argument(
        "--tag", action="store_true", help="make the tag, just before the upload, if it is not there"
    )
    options = parser.parse_args(arguments)
    if not options.index and not options.dry_run:
        parser.error("name an index with --index or EGP_PUBLISH_URL, or try --dry-run")
    return options


def _account(options: argparse.Namespace) -> Account | None:
    if not options.index:
        return None
    return Account.open(options.index, simple=options.simple, config_file=options.config_file)


def _farewell(release: Release, *, seconds: float) -> str:
    if release.wish.dry_run:
        return f"\n{release.version} could go out. Nothing was sent and nothing was tagged ({seconds:.0f} s)."
    return f"\n{release.version} is published ({seconds:.0f} s). Share its tag: git push origin {release.tag}"


def _say(text: str) -> None:
    print(text, flush=True)
