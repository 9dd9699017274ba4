"""Run some steps of the command, on built files. Arguments: steps, sdist, wheel, and the command's."""

import sys
from pathlib import Path

from tools.release import checklist, cli
from tools.release.build import Distributions

numbers, sdist, wheel, *arguments = sys.argv[1:]
chosen = tuple(checklist.STEPS[int(number) - 1] for number in numbers.split(","))
REPRODUCIBLE = checklist.STEPS[6]


def take_chosen_steps(release, *, say):
    if REPRODUCIBLE not in chosen:
        release.distributions = Distributions(Path(sdist), Path(wheel))
    release.sbom = Path(wheel).with_suffix(".cdx.json")
    checklist.take_steps(release, say=say, steps=chosen)


cli.take_steps = take_chosen_steps
sys.exit(cli.main(arguments))
