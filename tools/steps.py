"""How far a release moves its version (semver.org, clauses 6 to 8), from not at all to the farthest."""

from typing import Literal

Step = Literal["none", "patch", "minor", "major"]
STEPS: tuple[Step, ...] = ("none", "patch", "minor", "major")
