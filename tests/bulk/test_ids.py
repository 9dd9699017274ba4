"""The table of ids."""

from hypothesis import given
from hypothesis import strategies as st

from egp.bulk._ids import DONE, FAILED, SEEN, IdTable, pack, state_of


@given(st.dictionaries(st.text(), st.integers(1, 2**64 - 1), max_size=200))
def test_it_knows_what_a_dict_knows(values):
    table = IdTable()

    for custom_id, value in values.items():
        table.set(table.key(custom_id), value)

    assert {custom_id: table.get(table.key(custom_id)) for custom_id in values} == values
    assert len(table) == len(values)
    assert sorted(table.values()) == sorted(values.values())


def test_what_is_not_there_is_0():
    table = IdTable()

    assert table.get(table.key("a")) == 0


def test_a_value_is_replaced():
    table = IdTable()
    key = table.key("a")

    table.set(key, 1)
    table.set(key, 2)

    assert (table.get(key), len(table)) == (2, 1)


def test_a_hundred_thousand_ids_take_no_more_than_32_bytes_each():
    table = IdTable()

    for number in range(100_000):
        table.set(table.key(f"request-{number}"), pack(number, SEEN))

    size = sum(part.itemsize * len(part) for part in [*table._keys, *table._values])
    assert size <= 32 * 100_000


def test_salt_tells_apart_what_had_one_hash():
    assert IdTable(0).key("a") != IdTable(1).key("a")


def test_a_value_holds_a_digest_and_flags():
    assert state_of(pack(2**60 - 1, DONE | FAILED)) == (2**60 - 1, DONE | FAILED)
