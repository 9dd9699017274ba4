"""`egp chat`: ask a model, once or in a conversation."""

from __future__ import annotations

from egp.cli.exit_codes import EPILOG

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

__all__ = ["add_arguments", "main"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `egp chat`."""
    parser.epilog = (
        "Without PROMPT, on a terminal, a conversation begins. The key is read from EGP_API_KEY, the model of"
        f" calls without -m from EGP_MODEL. {EPILOG}"
    )
    parser.add_argument(
        "prompt", nargs="*", metavar="PROMPT", help="what to ask; stdin is put before it; - is stdin"
    )
    parser.add_argument("-m", "--model", help="such as openai/gpt-4o")
    parser.add_argument("-s", "--system", metavar="TEXT", help="the system message")
    parser.add_argument(
        *("-f", "--file", "-a", "--attach"),
        action="append",
        default=[],
        metavar="FILE",
        dest="files",
        help="a text, an image, a recording or a PDF; or the address of an image",
    )
    parser.add_argument(
        "-t",
        "--template",
        metavar="NAME",
        help="a template: a .toml file, or its name in ~/.config/egp/templates",
    )
    parser.add_argument(
        "-p", "--param", action="append", default=[], metavar="NAME=VALUE", help="for the template"
    )
    parser.add_argument(
        *("-o", "--option"),
        action="append",
        default=[],
        metavar="KEY=VALUE",
        dest="options",
        help="any field of the request, as JSON or text: -o temperature=0.2",
    )
    parser.add_argument(
        "--schema", help="ask for JSON: 'name, age int, tags str[]', a JSON Schema, or its file"
    )
    parser.add_argument(
        "-c", "--continue", action="store_true", dest="go_on", help="go on with the last conversation"
    )
    parser.add_argument("--no-save", action="store_true", help="do not keep this conversation for -c")
    parser.add_argument(
        "--json", action="store_true", help="print the whole answer as JSON; with --stream, each chunk"
    )
    streaming = parser.add_mutually_exclusive_group()
    streaming.add_argument(
        "--stream", action="store_true", default=None, help="show the answer as it comes (the default)"
    )
    streaming.add_argument(
        "--no-stream", action="store_false", dest="stream", help="wait for the whole answer"
    )
    parser.add_argument("--plain", action="store_true", help="no Markdown on the terminal")


def main(namespace: argparse.Namespace) -> int:
    """Ask, or begin a conversation."""
    # Imported here, as in every command: help needs none of it.
    from egp.cli.question import carry_out

    return carry_out(namespace)
