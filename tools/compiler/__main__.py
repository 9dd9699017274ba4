"""`python -m tools.compiler`, which scripts/regenerate calls."""

import sys

if __name__ == "__main__":
    try:
        # Here, since it takes a second in which people press Ctrl-C, too.
        from tools.compiler.cli import main

        status = main()
    except KeyboardInterrupt:
        print("interrupted; nothing was written", file=sys.stderr)
        status = 130
    sys.exit(status)
