"""`python -m tools.compiler`, which scripts/regenerate calls."""

import sys

from tools.compiler.cli import main

if __name__ == "__main__":
    sys.exit(main())
