"""`python -m egp.cli` is the command `egp`."""

import sys

from egp.cli import main

if __name__ == "__main__":
    sys.exit(main())
