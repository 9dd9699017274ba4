"""The wheel, where the repository is not."""

import pytest

pytest.importorskip("twine", reason="needs the release tools: tox -e release")

from tools.release import consumer
from tools.release.environment import Environment
from tools.release.errors import Refusal

pytestmark = pytest.mark.index


@pytest.fixture(scope="module")
def installed(built, tmp_path_factory):
    """A clean environment that holds the wheel."""
    environment = Environment(tmp_path_factory.mktemp("clean") / "venv")
    environment.install([f"egp-client[testing] @ {built.wheel.as_uri()}", "trio"])
    return environment


def test_the_installed_wheel_completes_a_call_and_a_stream(installed):
    assert "0.1.0: a completion, and a stream" in consumer.smoke(installed, "0.1.0")


def test_the_wheel_without_its_extra_imports_both_packages(built, tmp_path):
    environment = Environment(tmp_path / "venv")
    environment.install([f"egp-client @ {built.wheel.as_uri()}"])

    answer = environment.run(
        "-c", "import egp, egp_api; print(egp.Client, egp_api.SPEC_SHA256)", refused="", way_out=""
    )

    assert "Client" in answer


def test_a_type_checker_accepts_a_right_program_and_rejects_a_wrong_one(installed):
    assert "mistakes of wrong.py are rejected" in consumer.check_types(installed)[0]


def test_a_wheel_that_lost_its_types_is_noticed(built, tmp_path):
    environment = Environment(tmp_path / "venv")
    environment.install([f"egp-client @ {built.wheel.as_uri()}"])
    (marker,) = environment.folder.glob("lib/python3*/site-packages/egp/py.typed")
    marker.unlink()

    with pytest.raises(Refusal, match="The type checker"):
        consumer.check_types(environment)


def test_another_version_than_the_one_that_was_built_is_noticed(installed):
    with pytest.raises(Refusal, match="does not do what it is for"):
        consumer.smoke(installed, "0.1.1")
