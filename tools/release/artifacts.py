"""The checks of what the commit builds into."""

import re
import shutil
import sys
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from tools.release import consumer
from tools.release.contents import CONTRACT_FILE, PROJECT, check_wheel, read_metadata, read_requirements
from tools.release.environment import Environment, find_interpreters
from tools.release.errors import Refusal
from tools.release.process import run
from tools.release.release import Release
from tools.release.version import Change, check_step

_PYTHON = re.compile(r"Programming Language :: Python :: (3\.\d+)")
_HERE = f"{sys.version_info.major}.{sys.version_info.minor}"


def check_reproducible(release: Release) -> str:
    """Build the files twice: the bytes follow from the commit, so that anyone can compare them."""
    digests = [f"{digest}  {name}" for name, digest in release.distributions.digests.items()]
    made = f"Python {_HERE}, zlib {zlib.ZLIB_RUNTIME_VERSION}"
    return "\n".join([f"the same bytes from the tree and from the sdist, with {made}", *digests])


def check_metadata(release: Release) -> str:
    """Refuse metadata that an index would refuse; twine knows that before."""
    run(
        [sys.executable, "-m", "twine", "check", "--strict", *release.distributions.files],
        cwd=release.workspace,
        refused="twine check --strict is not content:",
        way_out="the metadata is [project] in pyproject.toml, the description is README.md",
    )
    return "twine check --strict is content"


def check_contents(release: Release) -> str:
    """Refuse a wheel with more or less than the two packages, the contract and the licence."""
    contract = (release.source / CONTRACT_FILE).read_bytes()
    return check_wheel(release.distributions.wheel, version=str(release.version), contract=contract)


def check_use(release: Release) -> str:
    """Use the wheel in clean environments: with each extra, on each Python, with the oldest packages."""
    named = _PYTHON.findall("\n".join(read_metadata(release.distributions.wheel).get_all("Classifier", [])))
    pythons = find_interpreters(named) or {_HERE: sys.executable}
    oldest, extras = next(iter(pythons)), release.extras
    uses: dict[str, Callable[[], str]] = {
        f"with {extras}": lambda: consumer.smoke(
            release.environment, str(release.version), "modules", "fixture"
        ),
        "without extras": partial(_use_bare, release),
    }
    for name, python in pythons.items():
        if name != _HERE or len(pythons) == 1:  # this one has every extra, and none
            uses[f"on Python {name}"] = partial(_use_on, release, name, python, "testing")
    for wanted in (extras, "testing"):  # all extras at once would hide that a floor is too low
        name = f"{oldest}, lowest direct versions with {wanted}"
        lowest = partial(_use_on, release, name, pythons[oldest], wanted, "--resolution=lowest-direct")
        uses[f"on Python {name}"] = lowest
    with ThreadPoolExecutor(2) as pool:
        found = [*pool.map(_named, uses, uses.values())]  # after a refusal, no further one is started
    missing = [f"Python {each}: not on this machine" for each in named if each not in pythons]
    return "\n".join([*found, *missing])


def check_types(release: Release) -> str:
    """Refuse types that accept a wrong program or reject a right one, those of the last release included."""
    last = release.last
    if last is None:
        return consumer.check_types(release.environment)[0]
    folder = release.workspace / "programs"
    release.repository.export(f"v{last}", folder, "examples", "tools")
    before = folder.glob("tools/release/consumers/right.py")
    # Two programs of one name are too many for mypy.
    renamed = [each.rename(each.with_name("right_before.py")) for each in before]
    programs = [*folder.glob("examples/*.py"), *renamed]
    found, errors = consumer.check_types(release.environment, programs)
    changes = [
        Change("types", line.partition(" error: ")[2], f"a program of {last}", "major")
        for line in errors
        if " error: " in line and "[import-" not in line
    ]
    check_step(last, release.version, changes)
    return f"{found}, {len(programs) if not changes else 'not all'} programs of {last} are accepted"


def _named(where: str, use: Callable[[], str]) -> str:
    try:
        return use()
    except Refusal as refusal:
        raise Refusal(f"{where}: {refusal.problem}", way_out=refusal.way_out) from None


def _use_bare(release: Release) -> str:
    load = "import egp, egp_api; [getattr(egp, name) for name in egp.__all__]"
    refused = "Without an extra, it cannot be imported:"
    release.bare_environment.run("-c", load, refused=refused, way_out="see above")
    return f"without an extra, it is imported; {release.sbom.name} says what comes with it"


def _use_on(release: Release, name: str, python: str, wanted: str, *options: str) -> str:
    wheel = release.distributions.wheel
    environment = Environment(release.workspace / f"python-{name}", python=python)
    # uv takes what is named for direct: with options, the wheel's own requirements are.
    direct = [each for extra in wanted.split(",") for each in read_requirements(wheel, extra=extra)]
    environment.install([f"{PROJECT}[{wanted}] @ {wheel.as_uri()}", *consumer.SMOKE_NEEDS, *direct], *options)
    consumer.smoke(environment, str(release.version), *(["modules"] if wanted == release.extras else []))
    # Thousands of files, while others use the processors.
    shutil.rmtree(environment.folder, ignore_errors=True)
    return f"Python {name}: the same"
