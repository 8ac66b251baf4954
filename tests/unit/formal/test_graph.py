"""State graphs are read, made of the model, and compared."""

from __future__ import annotations

import pytest

from duckrace.formal import translate_difference
from duckrace.formal._graph import Graph, Menu, difference, model_graph, read_graph, read_menu
from duckrace.formal._mistakes import mistaken
from duckrace.formal._values import Record, parse_value
from duckrace_models import model_for

PRINTED = """Parsing file M.tla
<< "MENU",
   1,
   {"ta"},
   [ a |-> <<{[operation |-> "send", value |-> "a1", handle |-> "ta"]}>>,
     r |-> <<{[operation |-> "recv", value |-> "", handle |-> "rx"]}>> ] >>
Semantic processing"""


def state(x: int) -> Record:
    return Record({"x": x})


def graph(*edges: tuple[int, str, int], initial: int = 0) -> Graph:
    nodes = {initial} | {node for source, _, target in edges for node in (source, target)}
    steps = {
        state(node): frozenset((action, state(target)) for source, action, target in edges if source == node)
        for node in nodes
    }
    return Graph(initial=frozenset({state(initial)}), steps=steps)


def test_menus() -> None:
    menu = read_menu(PRINTED)
    assert (menu.capacity, menu.senders) == (1, frozenset({"ta"}))
    assert {who: [len(turn) for turn in turns] for who, turns in menu.calls.items()} == {"a": [1], "r": [1]}
    assert read_menu(PRINTED.replace("   1,", "   -1,")).capacity is None
    with pytest.raises(ValueError, match="no MENU"):
        read_menu("nothing")


def test_dumps() -> None:
    lines = [
        "strict digraph DiskGraph {",
        "nodesep=0.35;",
        '-1 [label="/\\\\ s = \\"a\\"\\n/\\\\ x = 0",style = filled]',
        '-1 -> 7 [label="go",color="black",fontcolor="black"];',
        '7 [label="/\\\\ s = \\"b\\"\\n/\\\\ x = 1"];',
        '7 -> -1 [label="back",color="black",fontcolor="black"];',
        "{rank = same; 7;}",
        "}",
    ]
    first, second = Record({"s": "a", "x": 0}), Record({"s": "b", "x": 1})
    found = read_graph(lines)
    assert found.initial == {first}
    assert found.steps == {first: {("go", second)}, second: {("back", first)}}
    assert found.edges == 2
    with pytest.raises(ValueError, match="not a line of a state graph"):
        read_graph(["7 [shape=box]"])


def test_equal() -> None:
    one = graph((0, "a", 1), (1, "b", 0))
    assert difference(one, graph((0, "a", 1), (1, "b", 0))) is None


@pytest.mark.parametrize(
    ("spec", "model", "only", "path"),
    [
        (graph((0, "a", 1)), graph((0, "b", 1)), "spec", ["", "a"]),  # the name alone
        (graph((0, "a", 1), (1, "b", 2)), graph((0, "a", 1)), "spec", ["", "a", "b"]),
        (graph((0, "a", 1)), graph((0, "a", 1), (1, "b", 0)), "model", ["", "a", "b"]),
        (graph((0, "a", 1)), graph((1, "a", 0), initial=1), "spec", [""]),
        (  # the shortest way
            graph((0, "a", 1), (1, "a", 2), (2, "a", 3), (0, "c", 2), (3, "a", 0)),
            graph((0, "a", 1), (1, "a", 2), (2, "a", 3), (0, "c", 2)),
            "spec",
            ["", "c", "a", "a"],
        ),
    ],
)
def test_different(spec: Graph, model: Graph, only: str, path: list[str]) -> None:
    found = difference(spec, model)
    assert found is not None
    assert (found.only, [action for action, _ in found.path]) == (only, path)


def test_model() -> None:
    menu = read_menu(PRINTED)
    found = model_graph(menu)
    (first,) = found.initial
    assert first == Record(
        {
            "buffer": (),
            "senders": frozenset({"ta"}),
            "receiver": True,
            "queue": (),
            "pending": Record({who: idle() for who in "ar"}),
            "made": Record({"a": 0, "r": 0}),
        }
    )
    assert {action for action, _ in found.steps[first]} == {"start"}
    assert {action for steps in found.steps.values() for action, _ in steps} == {"start", "enter", "effect", "return"}


def test_wrong_model_in_words() -> None:
    menu = read_menu(PRINTED)
    right, wrong = model_graph(menu), model_graph(menu, mistaken(model_for(1), "the end before it is drained"))
    assert difference(right, wrong) is None  # nobody drops a sender here
    wrong = model_graph(menu, mistaken(model_for(1), "two are inside"))
    assert difference(right, wrong) is None  # nor receives twice
    calls = dict(menu.calls) | {"s": menu.calls["r"]}
    crowd = Menu(capacity=1, senders=menu.senders, calls=calls)
    found = difference(model_graph(crowd), model_graph(crowd, mistaken(model_for(1), "two are inside")))
    assert found is not None
    assert found.only == "spec"
    assert translate_difference(found)[-1].words == "recv takes effect: ConcurrentReceive()"


def idle() -> Record:
    value = parse_value(
        '[call |-> [operation |-> "none", handle |-> "", value |-> ""], phase |-> "idle", '
        'response |-> [kind |-> "none", value |-> ""]]'
    )
    assert isinstance(value, Record)
    return value
