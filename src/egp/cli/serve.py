"""`egp serve`: the local server, on 127.0.0.1 only."""

from __future__ import annotations

from egp.cli.exit_codes import EPILOG

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

__all__ = ["add_arguments", "main"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `egp serve`."""
    parser.epilog = f"It listens on 127.0.0.1 only, until Ctrl-C. {EPILOG}"
    parser.add_argument("--port", type=int, default=0, help="the port on 127.0.0.1; by default a free one")
    parser.add_argument("--prefix", default="", metavar="PATH", help="the path that all is below")
    parser.add_argument("--spec", metavar="FILE", help="the OpenAPI document; by default the package's own")
    parser.add_argument("--no-check", action="store_true", help="accept any request, even one without a key")
    parser.add_argument("--end", choices=("done", "eof"), default="done", help="eof: streams without [DONE]")
    parser.add_argument("--script", metavar="FILE", help="a YAML or JSON list of answers to give first")
    parser.add_argument(
        "--record", metavar="CASSETTE", help="record the service at --upstream into this file"
    )
    parser.add_argument("--upstream", metavar="URL", help="the base URL of the service to record")
    parser.add_argument("--replay", metavar="CASSETTE", help="answer from this recorded file")
    parser.add_argument("--timing", action="store_true", help="replay with the waits that were recorded")
    parser.add_argument("program", nargs="*", metavar="-- PROGRAM", help="what to run against the server")


def main(namespace: argparse.Namespace) -> int:
    """Serve until Ctrl-C, or for as long as the program runs; return the program's exit code, or 0."""
    from egp.cli.failure import UsageError

    try:
        from egp.testing import CassetteError, serve
    except ImportError as error:
        raise UsageError(str(error)) from None
    try:
        return serve(
            port=namespace.port,
            prefix=namespace.prefix,
            spec=namespace.spec,
            check=not namespace.no_check,
            end=namespace.end,
            script=namespace.script,
            record=namespace.record,
            upstream=namespace.upstream,
            replay=namespace.replay,
            timing=namespace.timing,
            program=namespace.program,
        )
    except BrokenPipeError:
        raise
    except (CassetteError, OSError, ValueError) as error:
        raise UsageError(str(error)) from None
