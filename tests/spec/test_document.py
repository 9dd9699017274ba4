import yaml
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.contract import document


def test_the_document_follows_the_rules_of_openapi_3_1():
    faults = [error.message for error in OpenAPIV31SpecValidator(document.load()).iter_errors()]

    assert faults == []


def test_the_document_says_openapi_3_1():
    assert document.load()["openapi"].startswith("3.1.")


def test_no_key_is_written_twice():
    class Strict(yaml.SafeLoader):
        pass

    twice = []

    def mapping(loader, node):
        keys = [loader.construct_object(key) for key, _ in node.value]
        twice.extend(f"line {node.start_mark.line + 1}: {key}" for key in keys if keys.count(key) > 1)
        return loader.construct_mapping(node, deep=True)

    Strict.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, mapping)
    yaml.load(document.PATH.read_text("utf-8"), Strict)

    assert twice == []


def test_lines_fit_on_a_screen():
    lines = document.PATH.read_text("utf-8").splitlines()

    assert [number for number, line in enumerate(lines, 1) if len(line) > 110 or line != line.rstrip()] == []
