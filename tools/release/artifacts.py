"""The checks of what the commit builds into."""

import re
import sys
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from tools.release import consumer
from tools.release.contents import CONTRACT_FILE, PROJECT, check_wheel, read_metadata, read_requirements
from tools.release.environment import Environment, find_interpreters
from tools.release.errors import Refusal
from tools.release.process import run, sparse_environment
from tools.release.release import Release
from tools.release.semver import Change, check_step

_PYTHON = re.compile(r"Programming Language :: Python :: (3\.\d+)")


def check_reproducible(release: Release) -> str:
    """Build the files twice: the bytes follow from the commit, so that anyone can compare them."""
    made = f"Python {sys.version_info.major}.{sys.version_info.minor}, zlib {zlib.ZLIB_RUNTIME_VERSION}"
    digests = [f"{digest}  {name}" for name, digest in release.distributions.digests.items()]
    return "\n".join([f"the same bytes from the tree and from the sdist, with {made}", *digests])


def check_metadata(release: Release) -> str:
    """Refuse metadata that an index would refuse; twine knows that before."""
    run(
        [sys.executable, "-m", "twine", "check", "--strict", *release.distributions.files],
        cwd=release.workspace,
        env=sparse_environment(),
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
    wheel, version = release.distributions.wheel, str(release.version)
    metadata = read_metadata(wheel)
    named = _PYTHON.findall("\n".join(metadata.get_all("Classifier", [])))
    interpreters = find_interpreters(named)
    extras = release.extras

    def everything() -> str:
        return consumer.smoke(release.environment, version, "modules", "fixture")

    def bare() -> str:
        load = "import egp, egp_api; [getattr(egp, name) for name in egp.__all__]"
        release.bare_environment.run(
            "-c", load, refused="Without an extra, it cannot be imported:", way_out="see above"
        )
        return f"without an extra, it is imported; {release.sbom.name} says what comes with it"

    def smoke(name: str, python: str, wanted: str, *options: str) -> str:
        environment = Environment(release.workspace / f"python-{name}", python=python)
        # uv takes what is named for direct: with options, the wheel's own requirements are.
        direct = [each for extra in wanted.split(",") for each in read_requirements(wheel, extra=extra)]
        named = f"{PROJECT}[{wanted}] @ {wheel.as_uri()}"
        environment.install([named, *consumer.SMOKE_NEEDS, *direct], *options)
        consumer.smoke(environment, version, *(["modules"] if wanted == extras else []))
        return f"Python {name}: the same"

    uses: dict[str, Callable[[], str]] = {f"with {extras}": everything, "without extras": bare}
    oldest = next(iter(interpreters.items()), ("here", sys.executable))
    here = f"{sys.version_info.major}.{sys.version_info.minor}"
    for name, python in interpreters.items():
        if name == here and len(interpreters) > 1:
            continue  # this one has every extra, and none
        uses[f"on Python {name}"] = partial(smoke, name, python, "testing")
    for wanted in ("testing", extras):  # all extras at once would hide that a floor is too low
        name = f"{oldest[0]}, lowest direct versions with {wanted}"
        uses[f"on Python {name}"] = partial(smoke, name, oldest[1], wanted, "--resolution=lowest-direct")
    with ThreadPoolExecutor(2) as pool:
        started = [pool.submit(_named, name, use) for name, use in uses.items()]
        try:
            found = [each.result() for each in started]
        except Refusal:
            pool.shutdown(cancel_futures=True)
            raise
    missing = [name for name in named if name not in interpreters]
    return "\n".join([*found, *(f"Python {name}: not on this machine" for name in missing)])


def check_types(release: Release) -> str:
    """Refuse types that accept a wrong program or reject a right one, those of the last release included."""
    if release.last is None:
        return consumer.check_types(release.environment)[0]
    folder = release.workspace / "programs"
    release.repository.export(f"v{release.last}", folder, "examples", "tools")
    if (right := folder / "tools/release/consumers/right.py").is_file():
        right.rename(right.with_name("right_before.py"))  # two programs of one name are too many for mypy
    programs = [*folder.glob("examples/*.py"), *folder.glob("tools/release/consumers/right_before.py")]
    found, errors = consumer.check_types(release.environment, programs)
    changes = [
        Change("types", line.partition(" error: ")[2], f"a program of {release.last}", "major")
        for line in errors
        if " error: " in line and "[import-" not in line
    ]
    check_step(release.last, release.version, changes)
    return f"{found}, {len(programs) if not changes else 'not all'} programs of {release.last} are accepted"


def _named(where: str, use: Callable[[], str]) -> str:
    try:
        return use()
    except Refusal as refusal:
        raise Refusal(f"{where}: {refusal.problem}", way_out=refusal.way_out) from None
