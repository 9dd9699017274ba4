"""What exists twice, blocking and awaited, is the same code but for the awaiting."""

import ast
from pathlib import Path

import pytest

import egp._io

FOLDER = Path(egp._io.__file__).parent

TWINS = [
    ("sync", "asynchronous", ["run", "_sent", "_drained", "_connections", "_proxies"]),
    ("sync_http", "async_http", ["__init__", "is_stale", "send", "read"]),
    ("sync_stream", "async_stream", ["read", "read_all", "retry", "finish", "error", "http_response"]),
    ("sync_pool", "async_pool", ["open_connections", "_check_open"]),
]

# A line that one of the two has beside the other's.
OWN = {"self._enter_loop()"}

NAMES = {
    "AsyncConnectionPool": "ConnectionPool",
    "AsyncEngine": "Engine",
    "AsyncExchange": "Exchange",
    "AsyncExchanging": "Exchanging",
    "AsyncForeignExchange": "ForeignExchange",
    "AsyncStreamReply": "StreamReply",
    "AsyncClient": "Client",
    "aclose": "close",
    "async_proxy_client": "proxy_client",
}


class Blocking(ast.NodeTransformer):
    """Turns awaited code into the blocking code that it should be the twin of."""

    def visit_Await(self, node):
        return self.visit(node.value)

    def visit_AsyncFunctionDef(self, node):
        return self.visit(ast.FunctionDef(**{name: getattr(node, name) for name in node._fields}))

    def visit_FunctionDef(self, node):
        self.generic_visit(node)
        node.body = [statement for statement in node.body if ast.unparse(statement) not in OWN]
        if ast.get_docstring(node) is not None:
            node.body = node.body[1:]
        return node

    def visit_Name(self, node):
        return ast.Name(NAMES.get(node.id, node.id), node.ctx)

    def visit_Attribute(self, node):
        self.generic_visit(node)
        node.attr = NAMES.get(node.attr, node.attr)
        return node

    def visit_alias(self, node):
        return ast.alias(NAMES.get(node.name, node.name))

    def visit_Call(self, node):
        self.generic_visit(node)
        # The pool of a loop is told which library runs it.
        node.args = [item for item in node.args if ast.unparse(item) != "self._enter_loop()"]
        return node


def functions(module):
    tree = Blocking().visit(ast.parse((FOLDER / f"{module}.py").read_text()))
    return {
        node.name: ast.unparse(ast.fix_missing_locations(node))
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
    }


@pytest.mark.parametrize(
    ("blocking", "awaited", "name"),
    [(blocking, awaited, name) for blocking, awaited, names in TWINS for name in names],
)
def test_twins_differ_in_await_alone(blocking, awaited, name):
    assert functions(awaited)[name] == functions(blocking)[name]
