"""The back end: from a checked, desugared document to a package on disk."""

from __future__ import annotations

import contextlib
import io
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import StrictUndefined
from jinja2.bccache import Bucket, BytecodeCache
from openapi_python_client import Project
from openapi_python_client.config import Config, ConfigFile, MetaType
from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.errors import GeneratorError
from ruff import find_ruff_bin  # type: ignore[import-untyped]  # it has no annotations

from tools.compiler import names
from tools.compiler.desugar.forms import is_class, is_object
from tools.compiler.errors import CompileError, Finding
from tools.compiler.from_dict import decoders
from tools.compiler.kinds import annotation
from tools.compiler.literals import docstring, literal, words
from tools.compiler.package import Package, numbered
from tools.compiler.servers import server_url, variables

TEMPLATES = Path(__file__).parents[2] / "templates"
_OWN_MODULES = ("dates.py", "dump.py", "params.py", "serialization.py", "unions.py")
_FILTERS = (annotation, docstring, literal, server_url, variables, words)
_RULES = "E401,F401,I,TC004,UP037,W291,W293"


class Emitted(NamedTuple):
    """What was written: `tag.operation` names, and class names."""

    operations: tuple[str, ...]
    models: tuple[str, ...]
    enums: tuple[str, ...]


def emit(
    document: dict[str, Any], config: ConfigFile, output: Path, source: bytes, *, tidy: bool = True
) -> Emitted:
    """Write the package for `document` into the empty directory `output`.

    `source` is the file that the document was read from, byte for byte: it goes into the package, with its
    hash.
    `tidy=False` leaves out ruff. Raises `CompileError` for whatever the generator would only warn about.
    """
    settings = _settings(config, output)
    known = outline(document)
    data = _parse(known, settings)
    names.settle(data, known["components"]["schemas"])
    package = Package(data, document, source, settings)
    _write(package, data, settings, output)
    if tidy:
        _tidy(output)
    return Emitted(
        operations=tuple(
            f"{tag}.{endpoint.name}"
            for tag, collection in data.endpoint_collections_by_tag.items()
            for endpoint in collection.endpoints
        ),
        models=tuple(model.class_info.name for model in data.models),
        enums=tuple(enum.class_info.name for enum in data.enums),
    )


def _settings(config: ConfigFile, output: Path) -> Config:
    settings = Config.from_sources(
        config,
        MetaType.NONE,
        document_source=output,
        file_encoding="utf-8",
        overwrite=True,
        output_path=output,
    )
    # A component is named as its class already.
    overrides = settings.class_overrides.items()
    settings.class_overrides = {str(each.class_name or name): each for name, each in overrides}
    settings.post_hooks = []  # the generator skips them without an error where ruff is not on PATH
    return settings


def outline(document: dict[str, Any]) -> dict[str, Any]:
    """Return what the generator needs of a document: what classes and operations are called.

    What they are is read from the document itself: the generator drops what it does not know.
    """
    said = ("type", "enum", "description")
    paths = {
        path: {each.method: {key: each.node[key] for key in ("operationId", "tags")} | {"responses": {}}}
        for path, each in numbered(document).items()
    }
    schemas = document["components"]["schemas"].items()
    classes = {
        name: {key: schema[key] for key in said if key in schema}
        # As the generator lists them: objects first.
        for name, schema in sorted(schemas, key=lambda each: not is_object(each[1]))
        if is_class(schema)
    }
    return {"openapi": "3.1.0", "info": document["info"], "paths": paths, "components": {"schemas": classes}}


def _parse(document: dict[str, Any], settings: Config) -> GeneratorData:
    data = GeneratorData.from_dict(document, config=settings)
    if isinstance(data, GeneratorError):
        raise CompileError(_problem(data))
    collections = data.endpoint_collections_by_tag.values()
    if errors := [*data.errors, *(error for each in collections for error in each.parse_errors)]:
        raise CompileError(*map(_problem, errors))
    return data


def _problem(error: GeneratorError) -> Finding:
    return Finding(" ".join(" ".join(filter(None, (error.header, error.detail))).split()))


class _Bytecode(BytecodeCache):
    """Templates compiled once per process: that is most of the time that a small document takes."""

    def __init__(self) -> None:
        self._known: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._known:
            bucket.bytecode_from_string(self._known[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._known[bucket.key] = bucket.bytecode_to_string()


_BYTECODE = _Bytecode()


def _write(package: Package, data: GeneratorData, settings: Config, output: Path) -> None:
    project = Project(openapi=data, config=settings, custom_template_path=TEMPLATES)
    project.env.bytecode_cache = _BYTECODE
    project.env.undefined = StrictUndefined
    project.env.filters.update({each.__name__: each for each in _FILTERS})
    project.env.globals.update(package=package, decoders=decoders)
    with contextlib.redirect_stdout(io.StringIO()):  # it says where it writes, which is a temporary place
        project.build()
    for module in _OWN_MODULES:
        rendered = project.env.get_template(f"{module}.jinja").render()
        (output / module).write_text(rendered, encoding="utf-8", newline="\n")
    (output / "openapi.yaml").write_bytes(package.source)
    (output / "py.typed").touch()


def _tidy(output: Path) -> None:
    """Remove unused imports and format, with the ruff that is installed beside this interpreter."""
    # The package is made in a folder that Git ignores, and an operation's tag may be called `build`.
    everywhere = ("--isolated", "--no-cache", "--no-respect-gitignore", "--config=exclude=[]")
    options = (*everywhere, "--quiet", "--line-length=110", "--target-version=py311", str(output))
    for command in (("check", "--fix", "--exit-zero", f"--select={_RULES}"), ("format",)):
        done = subprocess.run(
            [find_ruff_bin(), *command, *options], capture_output=True, text=True, check=False
        )
        if done.returncode:
            said = (done.stderr or done.stdout).strip()[:2000]
            raise CompileError(Finding(f"ruff cannot read the generated code: {said}"))
