"""Wrong and interrupted releases, on real indexes: refused with the way out, or finished by the next run."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("twine", reason="needs the release tools: tox -e release")

from packaging.version import Version

from tests.release.servers import Devpi, Scripted
from tools.release.build import sha256
from tools.release.errors import Refusal
from tools.release.index import Index

pytestmark = [pytest.mark.index, pytest.mark.timeout(300)]

VERSION = Version("0.1.0")
RUN_STEPS = Path(__file__).with_name("run_steps.py")
TREE, TAG, TESTS, INDEX, UPLOAD, INSTALL = 1, 2, 3, 4, 12, 13
WHEEL, SDIST = "egp_client-0.1.0-py3-none-any.whl", "egp_client-0.1.0.tar.gz"


@pytest.fixture(scope="session")
def devpi_server(tmp_path_factory):
    """The devpi that the tests share."""
    server = Devpi(tmp_path_factory.mktemp("devpi"))
    try:
        yield server.wait()
    finally:
        server.close()


@pytest.fixture
def devpi(devpi_server, identified, monkeypatch):
    """A new index of devpi, and the credentials for it."""
    monkeypatch.setenv("TWINE_USERNAME", Devpi.username)
    monkeypatch.setenv("TWINE_PASSWORD", Devpi.password)
    return devpi_server.make_index()


@pytest.fixture
def scripted(identified):
    """A server that answers as it is told to."""
    server = Scripted()
    yield server
    server.close()


@pytest.fixture
def steps(project, identified, built):
    """Run some steps of the command in a project, on the built files."""

    def command(numbers, *arguments):
        chosen = ",".join(str(number) for number in numbers)
        return [sys.executable, str(RUN_STEPS), chosen, str(built.sdist), str(built.wheel), *arguments]

    def run(numbers, *arguments, **variables):
        done = subprocess.run(
            command(numbers, "--tests-passed", *arguments),
            cwd=project.root,
            env=os.environ | {"PYTHONPATH": str(project.root)} | variables,
            capture_output=True,
            text=True,
            check=False,
        )
        assert "s3cr" not in done.stdout + done.stderr
        assert "Traceback" not in done.stderr, done.stderr
        return done

    run.command = command
    return run


def simple(url):
    return f"{url}+simple/"


def open_devpi(url):
    return Index.open(url, simple=simple(url))


def words(done):
    return " ".join((done.stdout + done.stderr).split())


# The files go to the index that was checked.


@pytest.mark.parametrize(
    "variables",
    [
        {"TWINE_REPOSITORY_URL": "{other}"},
        {"TWINE_REPOSITORY": "other"},
        {"UV_PUBLISH_URL": "{other}", "UV_PUBLISH_CHECK_URL": "{other}simple/"},
        {"UV_PUBLISH_INDEX": "other"},
        {
            "UV_DEFAULT_INDEX": "{other}simple/",
            "UV_INDEX_URL": "{other}simple/",
            "PIP_INDEX_URL": "{other}simple/",
        },
    ],
    ids=" ".join,
)
def test_settings_that_name_another_index_do_not_send_anything_there(
    index_server, scripted, identified, built, monkeypatch, variables
):
    (identified / ".pypirc").write_text(
        f"[distutils]\nindex-servers = other\n[other]\nrepository = {scripted.url}\nusername = a\n"
        f"[pypi]\nrepository = {scripted.url}\n"
    )
    for name, value in variables.items():
        monkeypatch.setenv(name, value.format(other=scripted.url))
    index = Index.open(index_server.url)

    index.check_login()
    index.upload(built.wheel)

    assert [file.name for file in index_server.files.iterdir()] == [WHEEL]
    assert scripted.requests == []


def test_a_configuration_of_uv_that_names_another_index_does_not_send_anything_there(
    index_server, scripted, identified, built, monkeypatch, tmp_path
):
    config = tmp_path / "uv.toml"
    config.write_text(f'publish-url = "{scripted.url}"\ncheck-url = "{scripted.url}simple/"\n')
    monkeypatch.setenv("UV_CONFIG_FILE", str(config))

    Index.open(index_server.url).upload(built.wheel)

    assert [file.name for file in index_server.files.iterdir()] == [WHEEL]
    assert scripted.requests == []


def test_the_credentials_of_another_section_are_not_sent(index_server, identified, monkeypatch):
    monkeypatch.delenv("TWINE_USERNAME")
    monkeypatch.delenv("TWINE_PASSWORD")
    (identified / ".pypirc").write_text(
        "[other]\nrepository = https://other.corp/\nusername = a\npassword = b\n"
    )

    with pytest.raises(Refusal, match="no credentials"):
        Index.open(index_server.url).require_credentials()


def test_credentials_that_uv_stored_are_found(index_server, identified, monkeypatch, built):
    from uv import find_uv_bin

    monkeypatch.delenv("TWINE_USERNAME")
    monkeypatch.delenv("TWINE_PASSWORD")
    login = [find_uv_bin(), "auth", "login", index_server.url, "-u", index_server.username, "--password"]
    subprocess.run([*login, index_server.password], check=True, capture_output=True)
    monkeypatch.setenv("UV_PUBLISH_USERNAME", index_server.username)

    Index.open(index_server.url).upload(built.wheel)

    assert [file.name for file in index_server.files.iterdir()] == [WHEEL]


# A page that is not proven to be the index's list does not say "no version yet".


def test_a_list_of_another_index_is_refused(devpi, devpi_server):
    other = devpi_server.make_index()

    with pytest.raises(Refusal, match="Nothing shows that") as refused:
        Index.open(devpi, simple=simple(other))

    assert "--elsewhere" in refused.value.way_out
    assert Index.open(devpi, simple=simple(other), elsewhere=True).versions() == []


def test_the_usual_place_of_a_list_is_refused_where_devpi_has_it_elsewhere(devpi):
    with pytest.raises(Refusal, match=r"415|not a list of packages") as refused:
        Index.open(devpi).versions()

    assert "--simple" in refused.value.way_out


def test_a_redirect_that_leads_nowhere_is_a_sentence(scripted, steps):
    scripted.tell("door", 302, Location="http://[")

    done = steps([INDEX], "--index", scripted.url)

    assert done.returncode == 1
    assert "cannot be used when asked to let us in (ValueError)" in words(done)


def test_a_host_that_no_name_can_be_is_a_sentence(steps):
    done = steps([INDEX], "--index", f"https://{'a' * 300}.example/")

    assert done.returncode == 1
    assert "cannot be used when asked to let us in" in words(done)


def test_a_password_in_any_script_is_sent(index_server, steps):
    done = steps([INDEX], "--index", index_server.url, TWINE_PASSWORD="pa\u20acsword")

    assert done.returncode == 1
    assert "refused these credentials when asked to let us in" in words(done)


def test_an_index_that_is_not_there_is_refused(devpi):
    with pytest.raises(Refusal, match="404"):
        open_devpi(devpi.replace("/index", "/nowhere")).check_login()
    with pytest.raises(Refusal, match="not a list of packages"):
        open_devpi(devpi.replace("/index", "/nowhere")).versions()


def test_a_folder_of_the_index_that_is_not_there_is_refused(index_server, identified):
    with pytest.raises(Refusal, match="405"):
        Index.open(f"{index_server.url}team/").check_login()
    with pytest.raises(Refusal, match="not a list of packages"):
        Index.open(f"{index_server.url}team/").versions()


def test_a_new_project_is_believed_where_the_index_lists_its_projects(devpi, index_server):
    assert open_devpi(devpi).versions() == []


JSON = "application/vnd.pypi.simple.v1+json"
LOGIN = '<title>Sign in</title><form action="/login"><input type="password"></form>'
PAGES = {
    "a login page": (200, LOGIN, "text/html"),
    "an empty page": (200, "", "text/html"),
    "a list of a folder": (200, '<title>Index of /simple</title><a href="../">up</a>', "text/html"),
    "the answer of another interface": (200, '{"projects": []}', "application/json"),
    "a file": (200, "egp-client", "application/octet-stream"),
    "half a list": (200, '{"meta": {"api-version": "1.0"}, "name": "egp-client", "fi', JSON),
    "a list without its files": (200, '{"meta": {"api-version": "1.0"}, "name": "egp-client"}', JSON),
    "a list of another version": (
        200,
        '{"meta": {"api-version": "2.0"}, "name": "egp-client", "files": []}',
        JSON.replace("v1", "v2"),
    ),
    "a list that says another version": (
        200,
        '{"meta": {"api-version": "2.0"}, "name": "egp-client", "files": []}',
        JSON,
    ),
    "a page of another version": (
        200,
        '<meta name="pypi:repository-version" content="2.0"><title>Links for egp-client</title>',
        "text/html",
    ),
    "the list of another project": (200, "<title>Links for egp-clients</title>", "text/html"),
}


@pytest.mark.parametrize("page", PAGES)
def test_a_page_that_is_no_list_is_refused_in_a_sentence(scripted, page):
    status, body, kind = PAGES[page]
    scripted.tell("/simple/egp-client/", status, body, kind)

    with pytest.raises(Refusal, match="is not a list of packages that can be understood") as refused:
        Index.open(scripted.url).listing(VERSION)

    assert len(refused.value.problem.splitlines()) == 1
    assert "--simple" in refused.value.way_out


@pytest.mark.parametrize(
    "page", ["a login page", "an empty page", "the answer of another interface", "half a list"]
)
def test_a_missing_project_is_not_believed_where_the_list_of_projects_is_no_list(scripted, page):
    status, body, kind = PAGES[page]
    scripted.tell("/simple/", status, body, kind)

    with pytest.raises(Refusal, match="is not a list of packages that can be understood"):
        Index.open(scripted.url).versions()


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ('<meta name="pypi:repository-version" content="1.1"><title>Packages</title>', "text/html"),
        ("<title>Simple index</title>", "text/html"),
        ('{"meta": {"api-version": "1.1"}, "projects": []}', JSON),
    ],
)
def test_every_kind_of_list_of_projects_is_understood(scripted, body, kind):
    scripted.tell("/simple/", 200, body, kind)

    assert Index.open(scripted.url).versions() == []


def test_a_list_that_sends_readers_to_another_host_is_refused(scripted, index_server):
    scripted.tell("/simple/egp-client/", 302, Location=f"{index_server.url}simple/egp-client/")
    scripted.tell("/simple/", 302, Location=f"{index_server.url}simple/")

    with pytest.raises(Refusal, match="elsewhere"):
        Index.open(scripted.url).versions()


# Who may upload is known before anything is built.


@pytest.mark.parametrize("username", [Devpi.username, "guest", "nobody"])
def test_who_may_not_upload_to_devpi_is_refused_before_the_upload(devpi, monkeypatch, username):
    monkeypatch.setenv("TWINE_USERNAME", username)
    if username == Devpi.username:
        monkeypatch.setenv("TWINE_PASSWORD", "not-the-p4ssword")

    with pytest.raises(
        Refusal, match=r"refused these credentials when asked to let us in \(40[13]"
    ) as refused:
        open_devpi(devpi).check_login()

    assert "UV_PUBLISH_PASSWORD" in refused.value.way_out


def test_a_wrong_password_is_met_before_the_upload_where_everybody_may_read(
    tmp_path, identified, monkeypatch
):
    from tests.release.conftest import IndexServer

    server = IndexServer(tmp_path, "--authenticate", "update").wait()
    monkeypatch.setenv("TWINE_PASSWORD", "not-the-p4ssword")
    index = Index.open(server.url)
    try:
        versions = index.versions()
        with pytest.raises(Refusal, match="refused these credentials when asked to let us in"):
            index.check_login()
    finally:
        server.close()

    assert versions == []


DOORS = {
    "sends uploads elsewhere": (302, {"Location": "https://other.corp/"}, "--index"),
    "has another answer .*404": (404, {}, "--index"),
    "has another answer .*405": (405, {}, "--index"),
    "asks for fewer requests": (429, {"Retry-After": "17"}, "wait 17 seconds"),
    "failed when asked to let us in": (503, {}, "run the same command again"),
}


@pytest.mark.parametrize("said", DOORS)
def test_a_door_that_is_closed_is_met_before_the_upload(scripted, said):
    status, headers, way_out = DOORS[said]
    scripted.tell("door", status, **headers)

    with pytest.raises(Refusal, match=said) as refused:
        Index.open(scripted.url).check_login()

    assert way_out in refused.value.way_out


UPLOADS = {
    "sends uploads elsewhere": (301, "", {"Location": "https://other.corp/"}, "--index"),
    "refused what was sent .*Unknown classifier": (400, "<b>Unknown classifier</b>", {}, "pyproject.toml"),
    "already has a file": (400, "File already exists", {}, "compares the bytes"),
    "refused these credentials": (403, "", {}, "UV_PUBLISH_PASSWORD"),
    "already has a file of": (409, "", {}, "compares the bytes"),
    "takes no file of this size": (413, "", {}, "client_max_body_size"),
    "asks for fewer requests": (429, "", {}, "wait a while"),
    "failed while it took": (500, "", {}, "later, run the same command again"),
    "has another answer .*a teapot": (418, "a teapot", {}, "--index"),
}


@pytest.mark.parametrize("said", UPLOADS)
def test_an_upload_that_is_refused_names_its_own_way_out(scripted, built, said):
    status, body, headers, way_out = UPLOADS[said]
    scripted.tell("upload", status, body, **headers)
    scripted.tell("/simple/egp-client/", 200, "<title>Links for egp-client</title>")

    with pytest.raises(Refusal, match=said) as refused:
        Index.open(scripted.url).upload(built.wheel)

    assert way_out in refused.value.way_out
    assert "s3cr" not in str(refused.value)


# A published version is never replaced, and what is finished is finished.


def test_a_published_version_is_not_replaced_where_the_index_would_let_it(devpi, steps, built, tmp_path):
    other = tmp_path / WHEEL
    other.write_bytes(built.wheel.read_bytes() + b"\0")
    open_devpi(devpi).upload(other)

    refused = steps([UPLOAD], "--tag", "--index", devpi, "--simple", simple(devpi))

    assert refused.returncode == 1
    assert "already has 0.1.0, with other bytes" in refused.stderr
    assert open_devpi(devpi).listing(VERSION) == {WHEEL: sha256(other)}


def test_one_more_file_of_the_version_is_refused(index_server, steps):
    (index_server.files / "egp_client-0.1.0-cp312-cp312-linux_x86_64.whl").write_bytes(b"built elsewhere")

    refused = steps([UPLOAD], "--tag", "--index", index_server.url)

    assert refused.returncode == 1
    assert "cp312" in refused.stderr


def test_a_release_goes_to_devpi_comes_back_and_is_finished_when_it_is_run_again(
    devpi, steps, project, built
):
    where = ["--tag", "--index", devpi, "--simple", simple(devpi)]

    first = steps([TAG, INDEX, UPLOAD, INSTALL], *where)
    again = steps([TAG, INDEX, UPLOAD], *where)

    assert first.returncode == 0, first.stderr
    assert f"sent {WHEEL}, {SDIST}" in words(first)
    assert again.returncode == 0, again.stderr
    assert "0.1.0 was published before" in words(again)
    assert project.git("rev-parse", "v0.1.0^{commit}") == project.git("rev-parse", "HEAD")
    assert open_devpi(devpi).listing(VERSION) == built.digests


def test_a_release_that_lost_its_run_before_the_tag_is_tagged_by_the_next_run(
    index_server, steps, project, built
):
    index = Index.open(index_server.url)
    for file in built.files:
        index.upload(file)

    done = steps([TAG, INDEX, UPLOAD], "--tag", "--index", index_server.url)

    assert done.returncode == 0, done.stderr
    assert project.git("tag", "--list").split() == ["v0.1.0"]


def test_an_upload_that_breaks_off_leaves_no_tag_and_is_completed(index_server, cutter, steps, project):
    cutter.cut_upload(2)

    broken = steps([TAG, INDEX, UPLOAD], "--tag", "--index", cutter.url)
    left = [file.name for file in index_server.files.iterdir()]
    tags = project.git("tag", "--list")
    completed = steps([TAG, INDEX, UPLOAD], "--tag", "--index", cutter.url)

    assert broken.returncode == 1
    assert f"failed while it took {SDIST}" in broken.stderr
    assert "run the same command again" in words(broken)
    assert left == [WHEEL]
    assert tags == ""
    assert completed.returncode == 0, completed.stderr
    assert f"sent {SDIST}; {WHEEL} was there already" in words(completed)
    assert sorted(file.name for file in index_server.files.iterdir()) == [WHEEL, SDIST]
    assert project.git("tag", "--list").split() == ["v0.1.0"]


def test_without_a_tag_nothing_is_sent(index_server, steps):
    refused = steps([TAG, INDEX, UPLOAD], "--index", index_server.url)

    assert refused.returncode == 1
    assert "there is no tag v0.1.0" in refused.stderr
    assert "run with --tag" in refused.stderr
    assert list(index_server.files.iterdir()) == []


def test_a_version_that_is_there_with_other_bytes_is_refused_and_nothing_is_sent(
    index_server, steps, project
):
    (index_server.files / SDIST).write_bytes(b"another 0.1.0")

    refused = steps([TAG, INDEX, UPLOAD], "--tag", "--index", index_server.url)

    assert refused.returncode == 1
    assert "already has 0.1.0, with other bytes" in refused.stderr
    assert [file.name for file in index_server.files.iterdir()] == [SDIST]
    assert project.git("tag", "--list") == ""


def test_a_first_upload_that_breaks_off_leaves_nothing(index_server, cutter, steps, project):
    cutter.cut_upload(1)

    broken = steps([TAG, INDEX, UPLOAD], "--tag", "--index", cutter.url)

    assert broken.returncode == 1
    assert "run the same command again" in words(broken)
    assert list(index_server.files.iterdir()) == []
    assert project.git("tag", "--list") == ""


def test_a_hotfix_goes_where_a_later_version_is(index_server, steps, project):
    project.tag("v0.0.9")
    project.state_version("0.2.0")
    project.commit()
    project.tag("v0.2.0")
    project.git("switch", "--quiet", "--create", "hotfix", "v0.0.9")
    (index_server.files / "egp_client-0.2.0.tar.gz").write_bytes(b"the later one")
    (index_server.files / "egp_client-0.0.9.tar.gz").write_bytes(b"the older one")

    done = steps([TREE, TAG, INDEX, UPLOAD], "--tag", "--index", index_server.url)

    assert done.returncode == 0, done.stderr
    assert project.git("tag", "--points-at", "hotfix").split() == ["v0.0.9", "v0.1.0"]


def test_a_candidate_that_this_clone_does_not_know_is_no_matter(index_server, steps):
    (index_server.files / "egp_client-0.2.0rc1.tar.gz").write_bytes(b"a candidate")

    assert steps([INDEX], "--index", index_server.url).returncode == 0


def test_the_checked_files_are_kept_and_never_put_over_others(steps, built, tmp_path):
    (built.wheel.with_suffix(".cdx.json")).write_text("{}")
    shelf = tmp_path / "shelf"

    first = steps([UPLOAD], "--dry-run", "--keep", str(shelf))
    (shelf / SDIST).write_bytes(b"another one")
    again = steps([UPLOAD], "--dry-run", "--keep", str(shelf))

    assert first.returncode == 0, first.stderr
    assert sha256(shelf / WHEEL) == sha256(built.wheel)
    assert again.returncode == 1
    assert "never replaced" in again.stderr
    assert (shelf / SDIST).read_bytes() == b"another one"


# The machine.


def test_a_terminal_that_knows_ascii_alone_is_no_reason_to_fail(steps):
    done = steps([TREE, TAG], "--dry-run", PYTHONIOENCODING="ascii", LC_ALL="C", PYTHONUTF8="0")

    assert done.returncode == 0, done.stderr


def test_a_folder_for_temporary_files_that_is_not_there_is_a_sentence(steps, tmp_path):
    refused = steps([TREE], "--dry-run", TMPDIR=str(tmp_path / "gone"), TEMP="/nowhere", TMP="/nowhere")

    assert refused.returncode in {0, 1}
    if refused.returncode:
        assert "The machine says: " in refused.stderr


def test_a_full_disk_is_a_sentence(project, steps):
    command = ["sh", "-c", 'ulimit -f 1; exec "$@"', "sh", *steps.command([9], "--dry-run")]
    environment = os.environ | {"PYTHONPATH": str(project.root), "PYTHONDONTWRITEBYTECODE": "1"}

    refused = subprocess.run(
        command, cwd=project.root, env=environment, capture_output=True, text=True, check=False
    )

    assert refused.returncode == 1
    assert "The machine says: File too large" in refused.stderr
    assert "TMPDIR" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_machine_without_a_network_is_a_refusal(steps, tmp_path):
    refused = steps([7], "--dry-run", UV_OFFLINE="1", UV_CACHE_DIR=str(tmp_path / "empty"))

    assert refused.returncode == 1
    assert "do not build" in refused.stderr


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="every Python 3.14 has them")
@pytest.mark.filterwarnings("ignore:Python 3.14 will:DeprecationWarning")
def test_a_python_without_filters_for_archives_unpacks_all_the_same(project, monkeypatch, tmp_path):
    import tarfile

    from tools.release.repository import Repository

    monkeypatch.delattr(tarfile, "data_filter", raising=False)
    Repository(project.root).export("HEAD", tmp_path / "source", "src")

    assert (tmp_path / "source/src/egp/__init__.py").is_file()


@pytest.mark.parametrize(
    "number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda each: each.name
)
def test_a_run_that_is_ended_leaves_nothing(project, steps, identified, tmp_path, number):
    folder = tmp_path / "temporary"
    folder.mkdir()
    environment = os.environ | {"PYTHONPATH": str(project.root), "TMPDIR": str(folder)}
    run = subprocess.Popen(
        steps.command([7], "--dry-run"),
        cwd=project.root,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert wait_for(lambda: list(folder.glob("egp-release-*/source")) and children(run.pid, "build"))

    run.send_signal(number)
    _, said = run.communicate(timeout=60)

    assert (
        run.returncode == {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGKILL: -signal.SIGKILL}[number]
    )
    assert "Traceback" not in said
    assert wait_for(lambda: list(folder.iterdir()) == [] and not commands(str(folder)))


def wait_for(happened):
    for _ in range(600):
        if happened():
            return True
        time.sleep(0.05)
    return False


def commands(text):
    """Return the processes that have a text in their command line."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if text in (process / "cmdline").read_bytes().decode(errors="replace"):
                found.append(int(process.name))
        except OSError:
            continue
    return found


def children(parent, text):
    """Return the children of a process that have a text in their command line."""
    found = []
    for number in commands(text):
        try:
            status = Path(f"/proc/{number}/status").read_text()
        except OSError:
            continue
        if f"PPid:\t{parent}\n" in status:
            found.append(number)
    return found
