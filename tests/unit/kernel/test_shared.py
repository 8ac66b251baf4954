"""What accesses touch: how many orders of them there are, and what they lead to."""

from __future__ import annotations

from pathlib import Path

import pytest

from duckrace import explore, replay

PROGRAM = Path(__file__).parent / "memory" / "shared.py"

# orders at `access`, and all outcomes; counted by hand.
ACCESS = {
    "attribute": (4, {1, 2}),
    "slot": (4, {1, 2}),
    "class_attribute": (2, {"box", "crate"}),
    "instance_over_class": (2, {"box", "crate"}),
    "late_attribute": (2, {"x", None}),
    "module_global": (4, {1, 2}),
    "closure": (4, {1, 2}),
    "two_closures": (1, {None}),
    "list_item": (4, {1, 2}),
    "other_items": (1, {(1, 1)}),
    "negative_index": (2, {2, 3}),
    "append": (6, {(1, 2, 3), (1, 3, 2), (2, 1, 3), (2, 3, 1), (3, 1, 2), (3, 2, 1)}),
    "append_and_length": (2, {0, 1}),
    "append_and_loop": (3, {(1,), (1, 2)}),
    "grows_under_a_loop": (4, {(1,), (1, 2), (1, "changed"), ("changed",)}),
    "values_under_a_loop": (3, {(1,), (5,)}),
    "pop_of_one": (3, {1}),
    "popleft_of_two": (4, {(1, 2), (2, 1)}),
    "dict_key": (2, {False, True}),
    "other_keys": (1, {None}),
    "new_keys": (2, {("x", "y"), ("y", "x")}),
    "setdefault": (4, {0, 1, 2, 3}),
    "default_dict": (4, {(1, 2), (2, 1)}),
    "set_add": (3, {(1, 0)}),
    "discard": (6, {False, True}),
    "counter_next": (4, {(0, 1), (1, 0)}),
    "one_iterator": (8, {(1, 1), (2, 0), (0, 2)}),
    "guarded": (2, {2}),
    "read_only": (1, {None}),
    "given_away": (1, {7}),
    "handed_over": (1, {2}),
    "tested_by_if": (6, {(1,), (1, None), (None, 1)}),
    "tested_by_while": (2, {"some", "none"}),
    "tested_by_not": (2, {True, False}),
    "tested_by_or": (2, {1, 3}),
    "tested_by_and": (2, {7, 8}),
    "tested_by_bool": (2, {True, False}),
    "tested_by_assert": (2, {"some", "none"}),
    "tested_by_comprehension": (2, {1, 2}),
    "spread_in_call": (2, {(1,), (1, 2)}),
    "spread_names_in_call": (2, {1, 2}),
    "spread_in_list": (2, {1, 2}),
    "spread_in_dict": (2, {1, 2}),
    "spread_in_tuple": (2, {(1,), (1, 2)}),
    "yielded_from": (3, {(1,), (1, 2)}),
    "unpacked": (2, {(1, 2), (1, 2, 3)}),
    "unpacked_by_a_loop": (2, {True, False}),
    "matched_sequence": (2, {"one", "two"}),
    "matched_mapping": (2, {1, 2}),
    "matched_attribute": (2, {"one", "other"}),
    "view_of_keys": (2, {1, 2}),
    "printed": (2, {"[[1]]", "[[1, 2]]"}),
    "compared": (2, {True, False}),
    "added": (2, {(1, 2), (1, 2, 3)}),
    "compared_dataclasses": (2, {True, False}),
    "copied": (2, {1, 2}),
    "pushed_on_a_heap": (2, {(1, 2)}),
    "method_of_the_type": (2, {(1, 2), (2, 1)}),
    "whole_after_growth": (3, {1, 3, 6}),
    "counter_from_nothing": (4, {1, 2}),
    "stored_where_missing": (8, {True, False}),
    "of_an_exception": (4, {1, 2}),
    "of_a_function": (4, {1, 2}),
    "of_a_namespace": (4, {1, 2}),
    "of_a_module": (4, {1, 2}),
    "passed_on": (4, {1, 2}),
    "frozen": (4, {1, 2}),
    "made_where_missing": (8, {True, False}),
    "by_its_names": (4, {1, 2}),
    "names_and_attribute": (2, {0, 1}),
    "of_an_array": (4, {1, 2}),
    "one_generator": (4, {(1, 2), (2, 1)}),
    "keys_that_are_equal": (2, {"a", "b"}),
    "key_of_an_enum": (2, {"a", "b"}),
    "number_of_threads": (2, {1, 2}),
    "list_of_threads": (3, {2, 3}),
}


@pytest.mark.parametrize("name", ACCESS)
def test_orders_of_accesses(name: str) -> None:
    orders, outcomes = ACCESS[name]
    result = explore(f"{PROGRAM}::{name}", strategy="dpor", granularity="access")
    assert result.exhaustive
    assert (result.executions, result.traces, set(result.outcomes)) == (orders, orders, outcomes)


@pytest.mark.parametrize("name", ["attribute", "append_and_loop", "pop_of_one", "discard", "dict_key"])
def test_a_search_without_idea_of_order_finds_no_others(name: str) -> None:
    by_order = explore(f"{PROGRAM}::{name}", strategy="dpor", granularity="access")
    naive = explore(f"{PROGRAM}::{name}", strategy="dfs", granularity="access", preemptions=2)
    assert set(naive.outcomes) == set(by_order.outcomes)


def test_a_generator_that_is_busy() -> None:
    """Whether it is depends on what the other thread does inside of it: some orders are met twice."""
    result = explore(f"{PROGRAM}::generator_that_is_busy", strategy="dpor", granularity="access")
    assert result.exhaustive
    assert set(result.outcomes) == {True, False}


@pytest.mark.parametrize("strategy", ["dpor", "source", "dfs"])
@pytest.mark.parametrize(("name", "orders"), [("number_of_threads", 2), ("list_of_threads", 3)])
def test_which_threads_there_are_at_sync(name: str, orders: int, strategy: str) -> None:
    result = explore(f"{PROGRAM}::{name}", strategy=strategy)
    assert result.exhaustive
    assert (result.traces, set(result.outcomes)) == (orders, ACCESS[name][1])


# -- what CPython with the GIL does -------------------------------------------------------------------------------

GIL = {
    "attribute": {2},  # no call between the read and the write
    "python_between": {2},  # it switches when the function begins, before the read
    "calls_between": {1, 2},
    "loop_between": {1, 2},
    "closure": {2},
}


@pytest.mark.parametrize("name", GIL)
def test_outcomes_at_gil(name: str) -> None:
    result = explore(f"{PROGRAM}::{name}", strategy="dpor", granularity="gil")
    assert result.exhaustive
    assert set(result.outcomes) == GIL[name]


@pytest.mark.parametrize("name", ["calls_between", "attribute"])
def test_a_search_without_idea_of_order_finds_no_others_at_gil(name: str) -> None:
    result = explore(f"{PROGRAM}::{name}", strategy="dfs", granularity="gil", preemptions=1)
    assert set(result.outcomes) == GIL[name]


# -- what is learned ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["read_only", "given_away", "handed_over", "two_closures", "other_items"])
def test_memory_that_no_two_threads_use_at_once_costs_no_choice(name: str) -> None:
    """Every schedule at `access` is one at `sync`."""
    found = [
        explore(f"{PROGRAM}::{name}", strategy="dfs", granularity=granularity, preemptions=1).executions
        for granularity in ("access", "sync")
    ]
    assert found[0] == found[1]


def test_a_token_does_not_depend_on_what_was_learned() -> None:
    """It replays in a session that has learned nothing."""
    for seed in range(3):
        result = explore(f"{PROGRAM}::lost", strategy="random", granularity="access", seed=seed)
        assert result.failure is not None
        assert replay(result.failure.schedule).failures[0].message == result.failure.message


def test_a_search_that_learns_starts_again() -> None:
    """What is shared only in some orders: all of them are seen, none is counted twice."""
    result = explore(f"{PROGRAM}::shared_in_some_orders", strategy="dpor", granularity="access")
    assert result.exhaustive
    assert result.executions == result.traces
    assert set(result.outcomes) == {(0, 0), (1, 0), (1, 1)}
