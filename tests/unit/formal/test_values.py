"""TLA+ values, as TLC prints them."""

from __future__ import annotations

import pytest

from duckrace.formal._values import ModelValue, Record, parse_state, parse_value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('"a1"', "a1"),
        (r'"a \"b\" \\"', 'a "b" \\'),
        ("-3", -3),
        ("TRUE", True),
        ("<<>>", ()),
        ('<<1, <<"x">>>>', (1, ("x",))),
        ("{}", frozenset()),
        ("{{1}, {}}", frozenset({frozenset({1}), frozenset()})),
        ('[ a |->\n      [ pc |-> "idle" ],\n  b |-> << >> ]', Record({"a": Record({"pc": "idle"}), "b": ()})),
        ("(1 :> <<2>> @@ 3 :> {})", Record({1: (2,), 3: frozenset()})),
        ("NoOne", ModelValue("NoOne")),
    ],
)
def test_values(text: str, value: object) -> None:
    assert parse_value(text) == value
    assert hash(parse_value(text)) == hash(value)


def test_true_is_not_one() -> None:
    assert parse_value("TRUE") is True
    assert type(parse_value("1")) is int


@pytest.mark.parametrize("text", ["", "<<1", "{1 2}", "[a |-> 1", "[a -> 1]", "(1 |-> 2)", "1 2", "§", "|->", "<<,>>"])
def test_what_is_no_value(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_value(text)


def test_states() -> None:
    assert parse_state("/\\ buffer = <<>>\n/\\ made = [a |-> 1,\n  b |-> 0]\n") == {
        "buffer": (),
        "made": Record({"a": 1, "b": 0}),
    }
    assert parse_state("x = 1") == {"x": 1}
    with pytest.raises(ValueError, match="not a variable"):
        parse_state("/\\ x")
