"""Whatever ends a run, the old package or the new one is there, whole; nothing else stays behind."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tools.compiler import cli, compilation, install
from tools.compiler.cli import ROOT, main
from tools.compiler.emit import Emitted
from tools.compiler.errors import CompileError, Finding

DOCUMENT = """\
openapi: 3.1.0
info: {{title: Small, version: {version}}}
paths: {{}}
components: {{schemas: {{M: {{type: object, properties: {{a: {{type: string}}}}}}}}}}
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package that a run is to replace."""
    package = tmp_path / "out" / "egp_api"
    package.mkdir(parents=True)
    (package / "openapi.yaml").write_text(DOCUMENT.format(version=1))
    (package / "__init__.py").write_text("OLD = True\n")
    (tmp_path / "spec.yaml").write_text(DOCUMENT.format(version=2))
    return package


def run(package: Path) -> int:
    return main(["--spec", str(package.parents[1] / "spec.yaml"), "--output", str(package.parent)])


def state(package: Path) -> str:
    """Which package is there; fails if it is neither one nor the other, or if anything lies beside it."""
    assert [path.name for path in package.parent.iterdir()] == ["egp_api"]
    names = {path.name for path in package.iterdir() if path.name != "__pycache__"}
    if (
        names == {"openapi.yaml", "__init__.py"}
        and package.joinpath("__init__.py").read_text() == "OLD = True\n"
    ):
        return "old"
    assert {"__init__.py", "models", "api", "client.py", "py.typed", "openapi.yaml"} <= names
    return "new"


def write(package: Path, *_: object) -> Emitted:
    """What stands for the generator where only the swap is looked at."""
    for name in ("__init__.py", "models", "api", "client.py", "py.typed", "openapi.yaml"):
        (package / name).touch()
    return Emitted((), (), ())


@pytest.fixture
def instant(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compilations that take no time."""
    monkeypatch.setattr(cli, "compile_into", write)


STEPS = {
    "while the code is generated": (compilation, "emit"),
    "while it is looked at": (compilation, "_try"),
    "just before the swap": (install, "_exchange"),
}


@pytest.mark.parametrize(
    ("step", "error"),
    [
        ("while the code is generated", CompileError(Finding("no"))),
        ("while the code is generated", KeyboardInterrupt()),
        ("while it is looked at", OSError(28, "full")),
        ("just before the swap", SystemExit(143)),
    ],
)
def test_an_exception_leaves_the_old_package(
    package: Path, monkeypatch: pytest.MonkeyPatch, step: str, error: BaseException
) -> None:
    module, name = STEPS[step]

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(module, name, fail)

    with contextlib.suppress(SystemExit):
        assert run(package) != 0

    assert state(package) == "old"


@pytest.mark.usefixtures("instant")
def test_a_second_rename_that_fails_is_taken_back(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rename = Path.rename

    def fail_on_new(self: Path, target: Path) -> Path:
        if "new" in self.parts:
            raise OSError(5, "no", str(self))
        return rename(self, target)

    monkeypatch.setattr(install, "_exchange", lambda *_: False)
    monkeypatch.setattr(Path, "rename", fail_on_new)

    status = run(package)

    assert status == 1
    assert state(package) == "old"


@pytest.mark.usefixtures("instant")
@pytest.mark.parametrize("exchange", [True, False], ids=["by exchange", "by two renames"])
def test_a_run_that_ends_well_leaves_the_new_package_only(
    package: Path, monkeypatch: pytest.MonkeyPatch, exchange: bool
) -> None:
    if not exchange:
        monkeypatch.setattr(install, "_exchange", lambda *_: False)

    status = run(package)

    assert status == 0
    assert state(package) == "new"


# Replaces a package as the compiler does and stops for good at the step named first, until somebody kills it.
_STOPPING = """
import pathlib, shutil, sys, time
step, target = sys.argv[1], pathlib.Path(sys.argv[2])

def write(package, *_):
    for name in ("__init__.py", "models", "api", "client.py", "py.typed", "openapi.yaml"):
        (package / name).touch()
    if step == "compile":
        stop()

def stop(*_, **__):
    print("here", flush=True)
    time.sleep(60)

from tools.compiler import install
rename = pathlib.Path.rename
if step == "swap":
    install._exchange = stop
elif step == "between the renames":
    install._exchange = lambda *_: False
    pathlib.Path.rename = lambda self, new: stop() if "new" in self.parts else rename(self, new)
elif step == "clean":
    shutil.rmtree = stop

if sys.argv[3:]:
    from tools.compiler import cli
    cli.compile_into = write
    sys.exit(cli.main(sys.argv[3:]))
with install.workshop(target) as work:
    new = work / "new" / target.name
    new.mkdir(parents=True)
    write(new)
    install.install(new, target, work)
"""


def _heed_signals() -> None:
    """Undo what nohup and shells do to jobs in the background: a signal ignored stays ignored in children."""
    for kind in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(kind, signal.SIG_DFL)


@contextlib.contextmanager
def stopped(package: Path, step: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A process that replaces the package and has come to the step."""
    process = subprocess.Popen(
        [sys.executable, "-c", _STOPPING, step, str(package), *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=_heed_signals,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "here\n"
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_the_old_package_and_nothing_else(package: Path, kind: signal.Signals) -> None:
    arguments = ["--spec", str(package.parents[1] / "spec.yaml"), "--output", str(package.parent)]

    with stopped(package, "swap", *arguments) as process:
        process.send_signal(kind)
        output = process.communicate(timeout=30)

    assert process.returncode == 128 + kind
    assert "Traceback" not in output[1]
    assert state(package) == "old"


@pytest.mark.parametrize(
    ("step", "left"),
    [("compile", "old"), ("swap", "old"), ("between the renames", "old"), ("clean", "new")],
)
def test_after_a_kill_the_next_run_finds_everything_whole(package: Path, step: str, left: str) -> None:
    with stopped(package, step) as process:
        process.kill()
        process.wait()
    if step != "between the renames":
        assert (package / "client.py").exists() == (left == "new")

    with install.workshop(package):
        pass

    assert state(package) == left


def test_what_a_kill_leaves_is_not_seen_by_git(package: Path) -> None:
    root = package.parents[1]
    git = ["git", "-C", str(root), "-c", "user.name=a", "-c", "user.email=a@b.example"]
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "x"]):
        subprocess.run([*git, *command], check=True, capture_output=True)
    with stopped(package, "compile") as process:
        process.kill()
        process.wait()

    status = subprocess.run([*git, "status", "--porcelain"], check=True, capture_output=True, text=True)

    assert status.stdout == ""


def test_a_second_run_waits_for_the_first(package: Path, capfd: pytest.CaptureFixture[str]) -> None:
    order: list[str] = []

    def second() -> None:
        with install.workshop(package):
            order.append("second")

    with install.workshop(package) as work:
        other = threading.Thread(target=second)
        other.start()
        other.join(0.2)
        assert work.is_dir()
        order.append("first")
    other.join(10)

    assert order == ["first", "second"]
    assert "waiting for another run" in capfd.readouterr().err


@pytest.mark.parametrize("content", ["client = 1\n", "# mine\n"])
def test_a_folder_that_was_not_generated_is_not_replaced(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], content: str
) -> None:
    mine = tmp_path / "out" / "egp_api"
    mine.mkdir(parents=True)
    (mine / "mine.py").write_text(content)
    (tmp_path / "spec.yaml").write_text(DOCUMENT.format(version=2))

    status = main(["--spec", str(tmp_path / "spec.yaml"), "--output", str(tmp_path / "out")])

    assert status == 1
    assert "holds files that were not generated" in capfd.readouterr().err
    assert (mine / "mine.py").read_text() == content


def test_a_failure_makes_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "spec.yaml").write_text(DOCUMENT.format(version=2))

    def fail(*_: object) -> None:
        raise CompileError(Finding("no"))

    monkeypatch.setattr(compilation, "emit", fail)

    status = main(["--spec", str(tmp_path / "spec.yaml"), "--output", str(tmp_path / "a" / "b")])

    assert status == 1
    assert os.listdir(tmp_path) == ["spec.yaml"]


def test_a_package_that_is_unchanged_is_left_alone(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(package) == 0
    before = {path: path.stat().st_mtime_ns for path in package.rglob("*")}
    replaced: list[Callable[..., None]] = []
    monkeypatch.setattr("tools.compiler.cli.install", lambda *_: replaced.append(install.install))

    status = run(package)

    assert (status, replaced) == (0, [])
    assert {path: path.stat().st_mtime_ns for path in package.rglob("*")} == before
