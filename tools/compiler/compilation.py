"""From a document to a package on disk that was looked at before anyone may use it."""

import json
import os
import subprocess
import sys
from pathlib import Path

from openapi_python_client.config import ConfigFile

from tools.compiler import validity
from tools.compiler.desugar import Desugared, desugar
from tools.compiler.document import Document
from tools.compiler.emit import Emitted, emit
from tools.compiler.errors import CompileError, Finding

# Runs in a process of its own: the package is imported from where it was made, and nothing is left behind.
_TRIAL = """
import importlib, json, pathlib, sys
folder, package, samples = sys.argv[1], sys.argv[2], json.load(sys.stdin)
sys.path.insert(0, folder)
for path in sorted(pathlib.Path(folder, package).rglob("*.py")):
    name = ".".join(path.relative_to(folder).with_suffix("").parts)
    importlib.import_module(name.removesuffix(".__init__"))
models = importlib.import_module(package + ".models")
for place, name, sample in samples:
    again = getattr(models, name).from_dict(json.loads(json.dumps(sample))).to_dict()
    if again != sample:
        sys.exit(f"{place} does not survive {name}.from_dict(…).to_dict()")
"""


def prepare(document: Document, config: ConfigFile) -> Desugared:
    """Return the document desugared; raise CompileError for what cannot be compiled."""
    problems = validity.findings(document.content)
    if all(problem.local for problem in problems):
        prepared = desugar(document.content, config)
        problems += [problem for problem in prepared.problems if problem not in problems]
    if problems:
        raise CompileError(*problems)
    return prepared


def compile_into(package: Path, document: Document, prepared: Desugared) -> Emitted:
    """Write the package into the empty folder `package`, and look whether all of it works."""
    emitted = emit(prepared.content, prepared.config, package, document.source)
    _try(package, prepared)
    _set_modes(package)
    return emitted


def _try(package: Path, prepared: Desugared) -> None:
    """Import every module and send the document's examples through the models."""
    result = subprocess.run(
        [sys.executable, "-I", "-B", "-c", _TRIAL, str(package.parent), package.name],
        input=json.dumps(prepared.samples),
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONWARNINGS": "error"},
        check=False,
    )
    if result.returncode:
        last = (result.stderr.strip().splitlines() or ["no message"])[-1]
        raise CompileError(Finding(f"the package does not work: {last[:500]}"))


def _set_modes(package: Path) -> None:
    for path in [package, *package.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
