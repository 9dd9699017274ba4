"""The entry of ``python -m tools.release``, which is what scripts/publish runs."""

import sys

from tools.release.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
