"""Tools from npm: what happens on a machine that has no Node for them."""

import pytest

from tools import node


def test_without_node_a_tool_is_skipped_and_says_so(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PATH", str(tmp_path))

    code = node.main(str(tmp_path / "tools"), "@redocly/cli@2.77.0", "redocly", "lint")

    assert code == 0
    assert capsys.readouterr().out == "Skipped redocly: Node 20.19 or later, with npm, is not on PATH.\n"
    assert not (tmp_path / "tools").exists()


@pytest.mark.parametrize("version", ["v18.20.8", "v20.18.3", "nonsense"])
def test_a_node_that_is_too_old_is_named(version, tmp_path, monkeypatch):
    for name in ("node", "npm"):
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\necho {version}\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(node.NodeMissingError, match=version):
        node.install(tmp_path / "tools", "@redocly/cli@2.77.0")


def test_a_tool_that_is_there_is_not_installed_again(tmp_path, monkeypatch):
    for name, answer in (("node", "echo v22.12.0"), ("npm", "exit 1")):
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\n{answer}\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    commands = tmp_path / "redocly-cli-2-77-0" / "node_modules" / ".bin"
    commands.mkdir(parents=True)

    assert node.install(tmp_path, "@redocly/cli@2.77.0") == commands


def test_a_tool_that_npm_cannot_install_is_a_failure(tmp_path, monkeypatch, capsys):
    for name, answer in (("node", "echo v22.12.0"), ("npm", "exit 7")):
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\n{answer}\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    code = node.main(str(tmp_path / "tools"), "@redocly/cli@2.77.0", "redocly", "lint")

    assert code == 1
    assert "npm could not install @redocly/cli@2.77.0 (exit 7)" in capsys.readouterr().out
