"""`egp doctor`: what configuration is in force, and what is wrong with it."""

from __future__ import annotations

import sys

from egp.cli.exit_codes import DONE, EPILOG, FAILED

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from egp.cli.checks import Check
    from egp.cli.configuration import Value

__all__ = ["add_arguments", "main"]

_LONGEST_STEP = 3600


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `egp doctor`."""
    parser.epilog = f"The one call that is made lists the models, which costs nothing. {EPILOG}"
    parser.add_argument("--timeout", type=float, default=10.0, metavar="SECONDS", help="for each step (10)")
    parser.add_argument("--offline", action="store_true", help="look at the configuration alone")
    parser.add_argument("--json", action="store_true", help="print what was found as JSON")


def main(namespace: argparse.Namespace) -> int:
    """Look, and say what was found; return 1 where something is wrong."""
    from egp.cli.checks import checks
    from egp.cli.configuration import values
    from egp.cli.failure import UsageError

    if not 0 < namespace.timeout <= _LONGEST_STEP:
        raise UsageError(f"--timeout must be above 0, and at most {_LONGEST_STEP} seconds")
    found = values()
    made = checks(timeout=namespace.timeout, is_offline=namespace.offline)
    is_ok = all(check.status != "failed" for check in made)
    if namespace.json:
        import json

        shown = {
            "ok": is_ok,
            "configuration": [value._asdict() for value in found],
            "checks": [check._asdict() for check in made],
        }
        sys.stdout.write(f"{json.dumps(shown, ensure_ascii=False)}\n")
    else:
        _write(found, made)
    return DONE if is_ok else FAILED


def _write(found: list[Value], made: list[Check]) -> None:
    from egp.cli.failure import printable

    width = max(len(value.name) for value in found)
    for value in found:
        line = f"{value.name:{width}}  {'-' if value.value is None else value.value}  ({value.source})"
        sys.stdout.write(f"{printable(line)}\n")
    sys.stdout.write("\n")
    for check in made:
        sys.stdout.write(f"{check.status:8}{check.name}: {printable(check.detail)}\n")
        if check.remedy:
            sys.stdout.write(f"        -> {printable(check.remedy)}\n")
