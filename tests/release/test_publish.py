"""The whole way: a commit, a real index with a password, and back. Each run is the command itself."""

import os
import subprocess
import sys

import pytest

pytest.importorskip("twine", reason="needs the release tools: tox -e release")

from uv import find_uv_bin

from tools.release.build import sha256
from tools.release.consumer import PROGRAMS
from tools.release.contents import read_requirements
from tools.release.process import sparse_environment

pytestmark = [pytest.mark.index, pytest.mark.timeout(600)]

WHEEL = "egp_client-0.1.0-py3-none-any.whl"
SDIST = "egp_client-0.1.0.tar.gz"


@pytest.fixture
def publish(project, identified, index_server):
    """Run the command in a project, and make sure that it never shows the password."""

    def run(*arguments, **variables):
        done = subprocess.run(
            [sys.executable, "-m", "tools.release", "--tests-passed", *arguments],
            cwd=project.root,
            env=os.environ | variables,
            capture_output=True,
            text=True,
            check=False,
        )
        assert index_server.password not in done.stdout + done.stderr
        assert "Traceback" not in done.stderr, done.stderr
        return done

    return run


def on_shelf(server):
    return sorted(path.name for path in server.files.iterdir())


def test_a_release_goes_up_comes_back_to_a_user_and_never_goes_up_again(
    project, publish, index_server, built, tmp_path
):
    requirements = [*read_requirements(built.wheel, extra="testing"), "trio"]
    for_index = ["--quiet", "--only-binary=:all:", "--dest", index_server.files]
    subprocess.run([sys.executable, "-m", "pip", "download", *for_index, *requirements], check=True)

    first = publish("--tag", "--index", index_server.url)
    uploaded = {name: sha256(index_server.files / name) for name in (WHEEL, SDIST)}
    user = tmp_path / "user"
    subprocess.run([find_uv_bin(), "venv", "--quiet", "--no-project", "-p", sys.executable, user], check=True)
    where = f"http://release:s3cr%2Ft%3A%20pass%40word@127.0.0.1:{index_server.port}/simple/"
    pip = [sys.executable, "-m", "pip", "--python", user]
    subprocess.run(
        [*pip, "install", "--quiet", "--no-cache-dir", "--index-url", where, "egp-client[testing]", "trio"],
        env=sparse_environment(PIP_CONFIG_FILE=os.devnull, PIP_DISABLE_PIP_VERSION_CHECK="1"),
        check=True,
    )
    smoke = subprocess.run(
        [user / "bin/python", "-I", PROGRAMS / "smoke.py", "0.1.0", user],
        capture_output=True,
        text=True,
        check=False,
    )
    again = publish("--index", index_server.url)

    assert first.returncode == 0, first.stdout + first.stderr
    assert "0.1.0 is published" in first.stdout
    assert project.git("rev-parse", "v0.1.0^{commit}") == project.git("rev-parse", "HEAD")
    assert "a completion, and a stream" in smoke.stdout, smoke.stderr
    assert again.returncode == 0, again.stderr
    assert "0.1.0 was published before" in again.stdout
    assert "nothing was sent" in again.stdout
    assert {name: sha256(index_server.files / name) for name in (WHEEL, SDIST)} == uploaded


def test_a_dry_run_checks_all_and_leaves_everything_as_it_was(project, publish, index_server):
    dry = publish("--dry-run", EGP_PUBLISH_URL=index_server.url)

    assert dry.returncode == 0, dry.stderr
    assert f"left out in a dry run; would send {WHEEL}, {SDIST}" in dry.stdout
    assert on_shelf(index_server) == []
    assert project.git("tag", "--list") == ""
    left = project.git("status", "--porcelain", "--ignored").splitlines()
    assert [line for line in left if not line.endswith("__pycache__/")] == []


def test_a_wrong_password_is_met_before_anything_is_built(publish, index_server):
    refused = publish("--index", index_server.url, TWINE_PASSWORD="not-the-p4ssword")

    assert refused.returncode == 1
    assert "refused these credentials" in refused.stderr
    assert "TWINE_PASSWORD" in refused.stderr
    assert "not-the-p4ssword" not in refused.stdout + refused.stderr


def test_an_index_that_is_down_is_met_before_anything_is_built(publish, start_index):
    index_server = start_index()
    index_server.close()

    refused = publish("--index", index_server.url)

    assert refused.returncode == 1
    assert "Connection refused" in refused.stderr
    assert "run the same command again" in refused.stderr


def test_releases_that_this_clone_does_not_know_are_refused_with_the_command_to_fetch_them(
    publish, index_server
):
    (index_server.files / "egp_client-0.0.7.tar.gz").write_bytes(b"an older release")

    refused = publish("--index", index_server.url)

    assert "no tag in this clone names: 0.0.7" in refused.stderr
    assert "git fetch --tags" in refused.stderr


def test_without_an_index_only_a_dry_run_is_possible(publish):
    refused = publish(EGP_PUBLISH_URL="")

    assert refused.returncode == 2
    assert "--index" in refused.stderr
