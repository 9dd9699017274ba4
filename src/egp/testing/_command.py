"""The options of `egp serve`, which are those of `python -m egp.testing`, and the run that they ask for.

Nothing of the server is loaded until it is run: `egp serve --help` needs none of it.
"""

from __future__ import annotations

from egp import testing

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the server."""
    parser.add_argument("--port", type=int, default=0, help="the port on 127.0.0.1; by default a free one")
    parser.add_argument(
        "--prefix", default="", metavar="PATH", help="the path that all is below, such as /public"
    )
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


def run(options: argparse.Namespace) -> int:
    """Serve until Ctrl-C, or for as long as the program runs; return the program's exit code, or 0.

    Raises:
        ValueError: The server cannot run with these options, or its extra is not installed.
    """
    try:
        return testing.serve(
            port=options.port,
            prefix=options.prefix,
            spec=options.spec,
            check=not options.no_check,
            end=options.end,
            script=options.script,
            record=options.record,
            upstream=options.upstream,
            replay=options.replay,
            timing=options.timing,
            program=options.program,
        )
    except BrokenPipeError:
        raise
    except (ImportError, OSError, ValueError) as error:
        raise ValueError(str(error)) from None
    except testing.CassetteError as error:
        raise ValueError(str(error)) from None
