"""The checks of a commit, on repositories with a history of their own."""

import pytest

pytest.importorskip("twine", reason="needs the release tools: tox -e release")

from tools.release.commit import check_generated, check_tag, check_tree, check_version
from tools.release.errors import Refusal
from tools.release.release import Options, Release

pytestmark = pytest.mark.index


@pytest.fixture
def release(tmp_path):
    """Make a release of a project's commit, without an index."""

    def make(project, **wish):
        number = len(list(tmp_path.glob("workspace-*")))
        workspace = tmp_path / f"workspace-{number}"
        workspace.mkdir()
        return Release(project.root, workspace, Options(**wish), None)

    return make


@pytest.fixture
def released(project):
    """A project whose 0.1.0 is out."""
    project.tag("v0.1.0")
    return project


def test_a_commit_in_order_passes_every_check(project, release):
    found = [check(release(project)) for check in (check_tree, check_tag, check_generated, check_version)]

    assert "clean at" in found[0]
    assert "v0.1.0 is not there yet; it would be made at" in found[1]
    assert "first release" in found[3]


@pytest.mark.parametrize(
    ("path", "text"), [("README.md", "changed"), ("src/egp/new.py", ""), ("docs/a name with spaces.md", "")]
)
def test_a_dirty_tree_is_refused_with_its_files(project, release, path, text):
    project.write(path, text)

    with pytest.raises(Refusal, match="not clean") as refused:
        check_tree(release(project))

    assert path in refused.value.problem
    assert "commit" in refused.value.way_out


def test_files_that_git_ignores_are_no_dirt_and_go_nowhere(project, release):
    (project.root / "src/egp/__pycache__").mkdir()
    project.write("src/egp/__pycache__/left.pyc", "")
    here = release(project)

    check_tree(here)

    assert not (here.source / "src/egp/__pycache__").exists()


def test_a_tag_at_another_commit_is_refused(released, release):
    released.commit()

    with pytest.raises(Refusal, match=r"v0\.1\.0 is another commit") as refused:
        check_tag(release(released))

    assert "git checkout v0.1.0" in refused.value.way_out


def test_a_tag_at_the_commit_passes(released, release):
    assert check_tag(release(released)) == "v0.1.0 is at this commit"


def test_a_version_older_than_a_tag_is_refused(released, release):
    released.state_version("0.0.9")
    released.commit()

    with pytest.raises(Refusal, match=r"0\.0\.9 is not after what is released: 0\.1\.0"):
        check_tag(release(released))


def test_a_shallow_clone_is_refused_with_the_command_that_deepens_it(released, release, tmp_path):
    released.commit()
    released.git("clone", "--quiet", "--depth=1", released.root.as_uri(), str(tmp_path / "shallow"))
    shallow = type(released)(tmp_path / "shallow")

    with pytest.raises(Refusal, match="shallow") as refused:
        check_tag(release(shallow))

    assert refused.value.way_out == "git fetch --unshallow --tags"


def test_a_stale_generated_package_is_refused_naming_file_and_command(project, release):
    project.write("generated/egp_api/models/__init__.py", "# edited by hand\n")
    project.commit()

    with pytest.raises(Refusal, match=r"models/__init__\.py") as refused:
        check_generated(release(project))

    assert "scripts/regenerate" in refused.value.way_out


def test_a_changelog_without_the_version_is_refused(project, release):
    project.write("CHANGELOG.md", "# Changelog\n\n## [Unreleased]\n\n- Something.\n")

    with pytest.raises(Refusal, match=r"no section for 0\.1\.0"):
        check_version(release(project))


def remove_seed(project):
    """Take the field `seed` out of the request, and compile."""
    lines = (project.root / "openapi.yaml").read_text(encoding="utf-8").splitlines(keepends=True)
    start = next(number for number, line in enumerate(lines) if line.strip() == "seed:")
    depth = len(lines[start]) - len(lines[start].lstrip())
    end = start + 1
    while not lines[end].strip() or len(lines[end]) - len(lines[end].lstrip()) > depth:
        end += 1
    project.write("openapi.yaml", "".join(lines[:start] + lines[end:]))
    project.regenerate()


def add_field(project):
    """Give the request one more optional field, and compile."""
    lines = (project.root / "openapi.yaml").read_text(encoding="utf-8").splitlines(keepends=True)
    start = next(number for number, line in enumerate(lines) if line.strip() == "seed:")
    indent = lines[start][: len(lines[start]) - len(lines[start].lstrip())]
    added = [
        f"{indent}thinking_budget:\n",
        f"{indent}  type: integer\n",
        f"{indent}  description: A limit.\n",
    ]
    project.write("openapi.yaml", "".join(lines[:start] + added + lines[start:]))
    project.regenerate()


def test_a_removed_field_is_refused_as_a_patch_and_goes_through_as_minor_and_major(released, release):
    remove_seed(released)
    released.state_version("0.1.1")
    released.commit()

    with pytest.raises(Refusal, match=r"field-removed: .*|.*seed") as refused:
        check_version(release(released))
    passed = []
    for version in ("0.2.0", "1.0.0"):
        released.state_version(version)
        released.commit()
        passed.append(check_version(release(released)))

    assert "ChatCompletionRequest.seed" in refused.value.problem
    assert "0.2.0 (minor) or 1.0.0 (major)" in refused.value.way_out
    assert "0.1.0 → 0.2.0 is a minor step" in passed[0]
    assert "0.1.0 → 1.0.0 is a major step" in passed[1]


def test_from_one_on_a_removed_field_needs_a_major_step(released, release):
    released.state_version("1.0.0")
    released.commit()
    released.tag("v1.0.0")
    remove_seed(released)
    released.state_version("1.1.0")
    released.commit()

    with pytest.raises(Refusal, match=r"ChatCompletionRequest\.seed") as refused:
        check_version(release(released))
    released.state_version("2.0.0")
    released.commit()
    passed = check_version(release(released))

    assert "2.0.0 (major)" in refused.value.way_out
    assert "1.0.0 → 2.0.0 is a major step" in passed


def test_a_new_optional_field_is_refused_as_a_patch_with_the_right_step_named(released, release):
    add_field(released)
    released.state_version("0.1.1")
    released.commit()

    with pytest.raises(Refusal, match="thinking_budget") as refused:
        check_version(release(released))
    released.state_version("0.2.0")
    released.commit()
    passed = check_version(release(released))

    assert "0.2.0 (minor)" in refused.value.way_out
    assert "major" not in refused.value.way_out
    assert "0.1.0 → 0.2.0 is a minor step; the changes ask for a minor one" in passed


def test_a_name_removed_from_the_hand_written_package_is_refused_as_a_patch(released, release):
    released.replace("src/egp/errors.py", "class RateLimitError(", "class TooManyRequestsError(")
    released.state_version("0.1.1")
    released.commit()

    with pytest.raises(Refusal, match=r"egp\.errors\.RateLimitError: removed"):
        check_version(release(released))


def test_prose_alone_may_be_a_patch(released, release):
    text = (released.root / "openapi.yaml").read_text(encoding="utf-8")
    released.write("openapi.yaml", f"{text}# A remark.\n")
    released.regenerate()
    released.state_version("0.1.1")
    released.commit()

    assert "0.1.0 → 0.1.1 is a patch step" in check_version(release(released))


def test_a_version_that_was_only_a_candidate_is_no_measure(released, release):
    add_field(released)
    released.state_version("0.2.0rc1")
    released.commit()
    released.tag("v0.2.0rc1")
    released.state_version("0.2.0")
    released.commit()

    assert "0.1.0 → 0.2.0" in check_version(release(released))
