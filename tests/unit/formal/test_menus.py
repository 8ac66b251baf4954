"""The configurations of the specs as Python reads them: without TLC, and the same."""

from __future__ import annotations

import pytest

from duckrace.formal._manifest import Run
from duckrace.formal._menus import graph_runs, menu_of, value_of
from duckrace.formal._transitions import transitions

SMALL = [pytest.param(run, id=name) for name, run in graph_runs().items() if run.edges <= 6_000]


@pytest.mark.parametrize("run", SMALL)
def test_the_graph_has_the_counts_that_tlc_has_to_find(run: Run) -> None:
    graph = transitions(menu_of(run))
    assert (len(graph.states), len(graph.steps)) == (run.distinct, run.edges)


def test_a_menu_is_read_through_its_definitions() -> None:
    calls = value_of("Patient")
    assert dict(next(iter(calls["a"][0]))) == {"operation": "send", "handle": "ta", "value": "a1"}
    assert [sorted(call["operation"] for call in turn) for turn in calls["r"]] == [["recv_timeout"], ["drop"]]
    assert value_of("TwoTx") == {"ta", "tb"}


@pytest.mark.parametrize("name", ["ThreeKindsLong", "Nothing of this name"])
def test_what_is_more_than_a_value_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"not a TLA\+ value|expected once"):
        value_of(name)


def test_only_a_receive_that_nobody_has_to_see_inside_is_optional() -> None:
    graph = transitions(menu_of(graph_runs()["crowd-1"]))
    optional = [number for number in range(len(graph.steps)) if graph.optional(number)]
    refusals = [n for n, step in enumerate(graph.steps) if any("Concurrent" in str(r) for _, r in step.decided)]
    assert set(optional) < set(refusals)
    assert not graph.required() & set(optional)
    for number in set(refusals) - set(optional):  # somebody sleeps inside
        source = graph.steps[number].source
        inside = [str(p.call.caller) for p in graph.states[source].pending if p.phase == "inside"]
        assert [caller for caller in inside if caller not in graph.able(source)]


def test_without_two_receives_nothing_is_optional() -> None:
    graph = transitions(menu_of(graph_runs()["misuse-rendezvous"]))
    assert graph.required() == set(range(len(graph.steps)))
