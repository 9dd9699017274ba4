"""What does not work does not go out: a good wheel, broken in one place, is refused."""

import re
import shutil
import zipfile

import pytest

pytest.importorskip("twine", reason="needs the release tools: tox -e release")

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tools.release import artifacts, consumer
from tools.release.build import Distributions
from tools.release.environment import Environment
from tools.release.errors import Refusal
from tools.release.release import Options, Release

pytestmark = [pytest.mark.index, pytest.mark.timeout(300)]

FAIL = "\n\ndef _fail(*args, **keywords):\n    raise TypeError('broken')\n\n\n"
DIST = "egp_client-0.1.0.dist-info"

# By name: a pattern of file names, a pattern of their text, and what is put in its place.
BROKEN = {
    "AsyncClient() raises": (
        r"egp/.*py",
        r"\nclass AsyncClient\b(?:.*\n)*",
        rf"\g<0>{FAIL}AsyncClient.__init__ = _fail\n",
    ),
    "Client() raises": (r"egp/.*py", r"\nclass Client\b(?:.*\n)*", rf"\g<0>{FAIL}Client.__init__ = _fail\n"),
    "a stream cannot be iterated": (
        r"egp/.*py",
        r"\nclass Stream\b(?:.*\n)*",
        rf"\g<0>{FAIL}Stream.__iter__ = _fail\n",
    ),
    "an async stream cannot be iterated": (
        r"egp/.*py",
        r"\nclass AsyncStream\b(?:.*\n)*",
        rf"\g<0>{FAIL}AsyncStream.__aiter__ = _fail\n",
    ),
    "a syntax error in the trio module": (r"egp/.*trio.*\.py", r"\A", "def (\n"),
    "a syntax error in a module that nothing imports": (r"egp_api/models/grammar\.py", r"\A", "def (\n"),
    "a name of the door is not there": (
        r"egp/__init__\.py",
        r"__all__ = \[\n",
        '__all__ = [\n    "Nothing",\n',
    ),
    "the version is another": (r"egp/_version\.py", r"0\.1\.0", "0.1.1"),
    "the hash of the contract is another": (
        r"egp_api/__init__\.py",
        r'SPEC_SHA256: Final\[str\] = "....',
        'SPEC_SHA256: Final[str] = "dead',
    ),
    "the pytest plugin is not registered": (rf"{DIST}/entry_points\.txt", r"pytest11", "pytest12"),
}
BADLY_DESCRIBED = {
    "a dependency is not named": (rf"{DIST}/METADATA", r"Requires-Dist: attrs.*\n", ""),
    "a dependency is allowed that is too old": (
        rf"{DIST}/METADATA",
        r"Requires-Dist: certifi.*\n",
        "Requires-Dist: certifi\n",
    ),
    "an extra names a package that is not there": (
        rf"{DIST}/METADATA",
        r"Requires-Dist: msgspec.*\n",
        "Requires-Dist: egp-client-none-such; extra == 'fast'\n",
    ),
    "Python 3.11 is claimed and not spoken": (r"egp/errors\.py", r"\Z", "\ntype Words = list[str]\n"),
}
LOST = {
    "a marker of types is missing": "egp/py.typed",
    "the other marker of types is missing": "egp_api/py.typed",
    "the local server is missing": "egp/testing/__init__.py",
    "the contract is missing": "egp_api/openapi.yaml",
}


def rebuilt(wheel, folder, change):
    """Copy a wheel, each file through `change(name, bytes)`, which gives None for a file to leave out."""
    copy = folder / wheel.name
    with zipfile.ZipFile(wheel) as source, zipfile.ZipFile(copy, "w") as target:
        for name in source.namelist():
            data = change(name, source.read(name))
            if data is not None:
                target.writestr(name, data)
    return copy


@pytest.fixture
def release(pristine, built, tmp_path, identified):
    """A release whose wheel is one that a change makes of a good one."""

    def make(change):
        made = Release(pristine.root, tmp_path, Options(dry_run=True), None)
        sdist = shutil.copy(built.sdist, tmp_path)
        made.distributions = Distributions(sdist, rebuilt(built.wheel, tmp_path, change))
        return made

    return make


def breaking(files, pattern, new):
    """Return a change that breaks a text in files of such names, and the list of those it changed."""
    edited = []

    def change(name, data):
        if not re.fullmatch(files, name):
            return data
        text, count = re.subn(pattern, new, data.decode(), count=1)
        edited.extend([name] * count)
        return text.encode()

    return change, edited


@pytest.fixture(scope="module")
def environment(built, tmp_path_factory):
    """A clean environment with all that the wheel can ask for."""
    made = Environment(tmp_path_factory.mktemp("clean") / "venv")
    made.install([f"egp-client[fast,testing] @ {built.wheel.as_uri()}", "trio", "pytest"])
    return made


@pytest.mark.parametrize("broken", BROKEN)
def test_a_wheel_that_does_not_work_is_refused(built, environment, tmp_path, broken):
    change, edited = breaking(*BROKEN[broken])
    environment.install([str(rebuilt(built.wheel, tmp_path, change))], "--no-deps", "--reinstall")

    with pytest.raises(Refusal, match="does not do what it is for"):
        consumer.smoke(environment, "0.1.0", "fixture", "modules")

    assert edited


@pytest.mark.parametrize("broken", BADLY_DESCRIBED)
def test_a_wheel_that_asks_for_the_wrong_things_is_refused(release, broken):
    change, edited = breaking(*BADLY_DESCRIBED[broken])
    made = release(change)

    with pytest.raises(Refusal) as refused:
        artifacts.check_use(made)

    assert edited
    assert re.match(r"(with|without|on Python) ", refused.value.problem)


@pytest.mark.parametrize("lost", LOST)
def test_a_wheel_that_lost_a_file_is_refused(release, lost):
    made = release(lambda name, data: None if name == LOST[lost] else data)

    with pytest.raises(Refusal, match=f"missing: {LOST[lost]}"):
        artifacts.check_contents(made)


def test_a_wheel_whose_calls_lost_their_types_is_refused(release):
    last = b" = None,\n        ) ->"
    open_to_all = last.replace(b"\n", b"\n            **more: object,\n", 1)
    made = release(lambda name, data: data.replace(last, open_to_all))
    made.environment.install([str(made.distributions.wheel)])

    with pytest.raises(Refusal, match="type checker"):
        artifacts.check_types(made)


@pytest.mark.parametrize("version", ["0.1.1", "0.2.0"])
def test_the_programs_of_the_last_release_are_a_witness(project, built, environment, tmp_path, version):
    program = (
        "from egp import Client\n\nClient().chat.completions.create(model='m', messages=[], best_of=3)\n"
    )
    (project.root / "examples/best.py").write_text(program)
    project.commit()
    project.tag("v0.1.0")
    project.state_version(version)
    project.commit()
    made = Release(project.root, tmp_path, Options(dry_run=True), None)
    made.environment = environment
    environment.install([str(built.wheel)], "--no-deps", "--reinstall")

    if version == "0.2.0":
        assert "are rejected" in artifacts.check_types(made)
    else:
        with pytest.raises(Refusal, match=r"a program of 0\.1\.0: .*create") as refused:
            artifacts.check_types(made)
        assert "0.2.0 (minor) or 1.0.0 (major)" in refused.value.way_out


def test_a_good_wheel_has_its_bill_of_materials(release):
    made = release(lambda name, data: data)

    found = artifacts.check_use(made)

    assert "the pytest fixture" in found
    assert "lowest direct versions with testing: the same" in found
    bill = made.sbom.read_text(encoding="utf-8")
    assert '"bomFormat": "CycloneDX"' in bill
    assert all(f'"pkg:pypi/{name}@' in bill for name in ("attrs", "httpx", "certifi", "anyio"))
    assert "starlette" not in bill
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(bill) is None
