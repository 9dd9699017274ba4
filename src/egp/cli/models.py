"""`egp models`: the models that can be asked."""

from __future__ import annotations

import sys

from egp.cli.exit_codes import DONE, EPILOG, FAILED

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from typing import Any

    from egp.types import Model

__all__ = ["add_arguments", "main"]

_FIELDS = ("model", "vendor", "name", "type", "availability")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `egp models`."""
    parser.epilog = EPILOG
    parser.add_argument("words", nargs="*", metavar="WORD", help="only models whose name has all the words")
    parser.add_argument("--vendor", help="only those of a vendor, such as openai")
    parser.add_argument("--timeout", type=float, default=60.0, metavar="SECONDS", help="for the answer (60)")
    parser.add_argument("--json", action="store_true", help='print {"models": [...]}')


def main(namespace: argparse.Namespace) -> int:
    """Print the models: names alone to a pipe, with their availability to a terminal."""
    import json

    from egp import Client
    from egp.cli.failure import note, printable

    # Any: the vendors of the contract are an open set, which the keyword's type does not say.
    options: Any = {"timeout": namespace.timeout}
    if namespace.vendor:
        options["model_vendor"] = namespace.vendor
    with Client() as client:
        found = [_fields(model) for model in client.models.list(**options)]
    words = [word.lower() for word in namespace.words]
    models = [one for one in found if all(word in one["model"].lower() for word in words)]
    if namespace.json:
        sys.stdout.write(f"{json.dumps({'models': models}, ensure_ascii=False)}\n")
        return DONE
    width = max((len(one["model"]) for one in models), default=0)
    for one in models:
        line = printable(one["model"])
        if sys.stdout.isatty():
            line = f"{line:{width}}  {printable(one['availability'] or '')}".rstrip()
        sys.stdout.write(f"{line}\n")
    if not models:
        note("no model" + (" has such a name" if found else ": the service lists none"))
    return DONE if models else FAILED


def _fields(model: Model) -> dict[str, Any]:
    described = model.details.to_dict()
    type_, availability = described.get("model_type"), described.get("model_availability")
    values = (model.id, model.owned_by, described.get("model_name"), type_, availability)
    return dict(zip(_FIELDS, values, strict=True))
