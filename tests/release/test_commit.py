"""The checks of a commit, on repositories with a history of their own."""

import re

import pytest

pytest.importorskip("twine", reason="needs the release tools: tox -e release")

from tools.release.commit import check_generated, check_tag, check_tests, check_tree, check_version
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


# What is changed, wherever it stands: a pattern that one file of the packages has, and what takes its place.
BREAKING = {
    "a timeout is no connection error": (
        r"class APITimeoutError\(APIConnectionError\)",
        "class APITimeoutError(APIError)",
    ),
    "an option of a call is renamed": (
        r"extra_headers: (?=Mapping\[str, str\] \| None\n    \"\"\")",
        "more_headers: ",
    ),
    "an option of a call is narrower": (r"max_retries: int\n    \"\"\"", 'max_retries: bool\n    """'),
    "a choice of a call is gone": (r'Literal\["raise", "ignore"\]', 'Literal["raise"]'),
    "an enumeration of the contract is closed": (
        r"Modality = \(\n    Literal\[[^]]*\]\n    \| str\n\)",
        'Modality = Literal["audio", "text"]',
    ),
    "the fixture is renamed": (r"def egp_server\(", "def egp_service("),
    "a variable is read no more": (r'"SGP_CLIENT_BASE_URL"', '"SGP_URL"'),
    "an argument of the server is renamed": (r'"--port"', '"--tcp-port"'),
    "the pytest plugin is gone": (r'\[project.entry-points.pytest11\]\negp = "egp.testing.plugin"\n', ""),
    "an extra is gone": (r"\nfast = .*", ""),
}
ADDING = {
    "a default of the policy has another value": (
        r"class Retry\((?:.*\n)*?    initial: float = 0.5",
        "initial: float = 0.5",
        "initial: float = 0.7",
    ),
    "a floor is raised": (r'"attrs>=23.2"', '"attrs>=24.1"'),
    "Python 3.11 is left behind": (r'requires-python = ">=3.11"', 'requires-python = ">=3.12"'),
}


def edit(project, pattern, *replacement):
    """Replace what a pattern matches, or within that a text, wherever it stands."""
    files = [*project.root.glob("src/**/*.py"), *project.root.glob("generated/**/*.py")]
    found = 0
    for file in [*files, project.root / "pyproject.toml"]:
        text, count = re.subn(
            pattern,
            lambda match: replacement[0] if len(replacement) == 1 else match[0].replace(*replacement),
            file.read_text(encoding="utf-8"),
        )
        found += count
        if count:
            file.write_text(text, encoding="utf-8")
    assert found, f"nothing is like {pattern}"


@pytest.mark.parametrize(
    ("change", "step"), [*((each, "major") for each in BREAKING), *((each, "minor") for each in ADDING)]
)
def test_a_change_of_this_very_package_is_refused_as_a_patch(released, release, change, step):
    edit(released, *(BREAKING | ADDING)[change])
    released.state_version("0.1.1")
    released.commit()

    with pytest.raises(Refusal, match=rf"\({step}\)"):
        check_version(release(released))


def test_a_private_module_of_this_very_package_may_move(released, release):
    (door, *_) = [
        file
        for file in released.root.glob("src/egp/_*/**/*.py")
        if "class Retry(" in file.read_text(encoding="utf-8")
    ]
    moved = door.with_name(f"{door.stem}_of_calls.py")
    old, new = (
        ".".join(file.relative_to(released.root / "src").with_suffix("").parts) for file in (door, moved)
    )
    door.rename(moved)
    for file in released.root.glob("src/**/*.py"):
        file.write_text(
            re.sub(rf"{re.escape(old)}\b", new, file.read_text(encoding="utf-8")), encoding="utf-8"
        )
    released.state_version("0.1.1")
    released.commit()

    assert "0.1.0 → 0.1.1 is a patch step; the changes ask for none" in check_version(release(released))


def test_what_a_template_changes_counts_beside_a_changed_contract(released, release):
    released.state_version("1.0.0")
    released.commit()
    released.tag("v1.0.0")
    add_field(released)
    released.replace("templates/literal_enum.py.jinja", " | {{ enum.value_type.__name__ }}", "")
    released.regenerate()
    released.state_version("1.1.0")
    released.commit()

    with pytest.raises(Refusal, match=r"type was Literal.* \| str and is Literal") as refused:
        check_version(release(released))

    assert "thinking_budget" not in refused.value.problem
    assert "2.0.0 (major)" in refused.value.way_out


def test_the_hotfix_of_an_older_line_is_compared_with_that_line(released, release):
    add_field(released)
    released.state_version("0.2.0")
    released.commit()
    released.tag("v0.2.0")
    released.git("switch", "--quiet", "--create", "hotfix", "v0.1.0")
    released.state_version("0.1.1")
    released.commit()
    here = release(released)

    assert "v0.1.1 is not there yet" in check_tag(here)
    assert "0.1.0 → 0.1.1 is a patch step" in check_version(here)


@pytest.mark.parametrize("version", ["0.1.0.post1", "1.0.0.post2"])
def test_a_post_release_is_refused(released, release, version):
    released.state_version(version)
    released.commit()

    with pytest.raises(Refusal, match="post-release") as refused:
        check_version(release(released))

    assert "third number" in refused.value.way_out


@pytest.fixture
def cloned(released, tmp_path):
    """A clone of a project, which has it as its remote."""
    released.git("clone", "--quiet", released.root.as_uri(), str(tmp_path / "clone"))
    clone = type(released)(tmp_path / "clone")
    clone.git("config", "user.name", "A release engineer")
    clone.git("config", "user.email", "release@example.invalid")
    return clone


def test_a_commit_that_was_not_pushed_is_refused_and_said_in_a_dry_run(cloned, release):
    pushed = check_tree(release(cloned))
    cloned.state_version("0.1.1")
    cloned.commit()

    with pytest.raises(Refusal, match="No branch of the remote") as refused:
        check_tree(release(cloned))

    assert "no branch" not in pushed
    assert "git push" in refused.value.way_out
    assert "no branch of the remote has yet" in check_tree(release(cloned, dry_run=True))


@pytest.mark.parametrize("moved", [False, True])
def test_a_tag_that_only_the_remote_has_there_is_refused(cloned, released, release, moved):
    if moved:
        cloned.git("config", "tag.gpgsign", "false")
        cloned.tag("v0.1.1")
    released.commit()
    released.tag("v0.1.1")

    with pytest.raises(Refusal, match=r"The remote has tags .*v0\.1\.1") as refused:
        check_tag(release(cloned))

    assert "git fetch --tags" in refused.value.way_out


def test_a_remote_that_does_not_answer_is_done_without(cloned, release, tmp_path):
    cloned.git("remote", "set-url", "origin", str(tmp_path / "nowhere"))

    assert check_tag(release(cloned)) == "v0.1.0 is at this commit"


@pytest.mark.parametrize("tested", [None, "HEAD~1"])
def test_a_commit_that_was_not_tested_is_refused_and_said_in_a_dry_run(project, release, tested):
    project.commit()
    if tested:
        (project.root / ".git/egp-tests-passed").write_text(project.git("rev-parse", tested))

    with pytest.raises(Refusal, match="not at this commit") as refused:
        check_tests(release(project))

    assert "--tests-passed" in refused.value.way_out
    assert "asks for a green run" in check_tests(release(project, dry_run=True))
    assert "passed elsewhere" in check_tests(release(project, tests_passed=True))


def test_a_tested_commit_passes(project, release):
    (project.root / ".git/egp-tests-passed").write_text(project.git("rev-parse", "HEAD"))

    assert "was green at this commit" in check_tests(release(project))


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("CHANGELOG.md", b"caf\xe9"),
        ("CHANGELOG.md", None),
        ("src/egp/_version.py", '__version__ = "0.1.1"'.encode("utf-16")),
        ("src/egp/_version.py", None),
        ("src/egp/content.py", b"def (:\n"),
        ("pyproject.toml", b"[broken\n"),
        ("pyproject.toml", b"[tool.x]\n"),
        ("pyproject.toml", b'[project]\nname = "egp-client"\nrequires-python = "three"\n'),
        ("pyproject.toml", b'[project]\nname = "a"\nrequires-python = ">3"\ndependencies = ["a ==== 1"]\n'),
    ],
)
def test_a_file_that_cannot_be_understood_is_named(released, release, path, content):
    released.state_version("0.1.1")
    if content is None:
        (released.root / path).unlink()
    else:
        (released.root / path).write_bytes(content)
    released.commit()

    with pytest.raises(Refusal, match=rf"{path} cannot be understood \("):
        check_version(release(released))


@pytest.mark.parametrize("target", ["/etc/hostname", "../../../elsewhere"])
def test_a_link_that_leads_out_of_the_tree_is_refused(released, release, target):
    released.state_version("0.1.1")
    (released.root / "docs/link.md").symlink_to(target)
    released.commit()

    with pytest.raises(Refusal, match=r"the commit HEAD cannot be understood .*docs/link\.md"):
        check_version(release(released))


def test_variables_that_name_another_repository_do_not_count(
    released, release, pristine, monkeypatch, tmp_path
):
    released.commit()
    head = release(released).repository.head()
    monkeypatch.setenv("GIT_DIR", str(pristine.root / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))

    assert release(released).repository.head() == head
    assert "clean at" in check_tree(release(released))
