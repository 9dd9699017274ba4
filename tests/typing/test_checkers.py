"""mypy --strict and pyright strict over code that users write: it passes, and every mistake is found."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("mypy", reason="the type checkers are in the environment `types`")
pytest.importorskip("pyright", reason="the type checkers are in the environment `types`")

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


def mypy_findings(path, tmp_path):
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "mypy",
            "--strict",
            "--config-file=",
            "--explicit-package-bases",
            f"--cache-dir={ROOT / '.mypy_cache'}",
            "--no-error-summary",
            "--no-pretty",
            "--hide-error-context",
            str(path),
        ],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        # Types that other tests go through at run time.
        env={**os.environ, "MYPYPATH": str(ROOT)},
        check=False,
    )
    assert done.returncode in (0, 1), done.stdout + done.stderr
    found = re.findall(r"^(.+?):(\d+): error: (.*)$", done.stdout, re.MULTILINE)
    return [(Path(file).name, int(line), text) for file, line, text in found]


def pyright_findings(path, tmp_path):
    config = {
        "typeCheckingMode": "strict",
        "include": [path.name],
        "extraPaths": [str(ROOT / "src"), str(ROOT / "generated"), str(ROOT)],
    }
    # pyright includes nothing from outside the folder of its configuration.
    shutil.copy(path, tmp_path)
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(config))
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pyright",
            "--outputjson",
            "--pythonpath",
            sys.executable,
            "-p",
            str(tmp_path),
        ],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    try:
        told = json.loads(done.stdout)
    except ValueError:
        pytest.fail(f"pyright does not run: {done.stdout}{done.stderr}")
    assert told["summary"]["filesAnalyzed"] == 1
    return [
        (Path(each["file"]).name, each["range"]["start"]["line"] + 1, each["message"])
        for each in told["generalDiagnostics"]
        if each["severity"] == "error"
    ]


CHECKERS = [pytest.param(mypy_findings, id="mypy"), pytest.param(pyright_findings, id="pyright")]


@pytest.mark.slow
@pytest.mark.parametrize("findings", CHECKERS)
@pytest.mark.parametrize("name", ["accepted", "structured", "tools"])
def test_code_of_users_is_accepted(findings, name, tmp_path):
    assert findings(HERE / f"{name}.py", tmp_path) == []


def test_the_static_type_of_every_kind_is_checked():
    kinds = pytest.importorskip("tests.structured.kinds")
    tree = ast.parse((HERE / "structured.py").read_text(encoding="utf-8"))
    (function,) = [node for node in tree.body if getattr(node, "name", "") == "every_kind"]
    asked = [node.value for node in ast.walk(function) if getattr(node, "arg", "") == "response_format"]

    checked = [eval(ast.unparse(each), vars(kinds)) for each in asked]

    assert [kind.type for kind in kinds.KINDS if kind.type not in checked] == []


@pytest.mark.slow
@pytest.mark.parametrize("findings", CHECKERS)
def test_every_mistake_is_reported_and_nothing_else(findings, tmp_path):
    source = (HERE / "rejected.py").read_text(encoding="utf-8").splitlines()
    wrong = {number for number, line in enumerate(source, 1) if line.endswith("# wrong")}

    found = findings(HERE / "rejected.py", tmp_path)

    lines = {line for _, line, _ in found}
    assert {"unreported": wrong - lines, "unexpected": [f for f in found if f[1] not in wrong]} == {
        "unreported": set(),
        "unexpected": [],
    }
