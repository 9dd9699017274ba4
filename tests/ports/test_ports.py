"""A program written for openai prints the same after a change of its imports."""

import json

import pytest

from tests.ports.conftest import EXAMPLES, ported

RECIPE = {
    "title": "Pancakes",
    "ingredients": [{"name": "flour", "grams": 250}, {"name": "egg", "grams": 120}],
    "minutes": 20,
}
TRANSFER = {"source": "savings", "target": "rent", "amount": 20, "currency": "EUR", "note": None}

# What the server answers to each program.
ANSWERS = {
    "parsing": [{"content": json.dumps(RECIPE)}],
    "parsing_stream": [{"content": json.dumps(RECIPE)}],
    "parsing_tools": [{"tool_calls": [("Transfer", TRANSFER)]}],
    "parsing_tools_stream": [{"tool_calls": [("Transfer", TRANSFER), ("Balance", {"account": "rent"})]}],
}


@pytest.mark.slow
@pytest.mark.parametrize("name", ANSWERS)
def test_the_output_is_the_same(name, egp_server, output_of):
    source = (EXAMPLES / f"{name}.py").read_text(encoding="utf-8")
    for answer in ANSWERS[name] * 2:
        egp_server.reply(**answer)

    theirs, ours = output_of(source), output_of(ported(source))

    assert ours == theirs != ""
    # The service is asked for the same; openai also says when it wants no stream.
    asked, again = ({"stream": False, **request.json} for request in egp_server.requests)
    assert again.keys() == asked.keys()
    assert again["messages"] == asked["messages"]
    assert egp_server.pending == 0
