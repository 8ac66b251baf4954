"""The monitor says what the general search says, on random small histories; and what two searches of ten lines say."""

import importlib.util
from array import array
from collections import Counter
from random import Random

import pytest

from duckrace.histories import History, Wrong, columns_of, judge, monitor, tag
from duckrace.histories._blame import Sent, searched
from duckrace.histories._columns import MAKES_NO_TWO
from duckrace.histories._monitor import swept
from duckrace.histories._plain import plain
from duckrace.histories._search import Budget
from duckrace_models import model_for

from .drawn_channels import MISTAKES, Draft, forget, mistake, right
from .oracle import RECEIVES, by_model, explained

HAS_NUMPY = importlib.util.find_spec("numpy") is not None
SEEDS = 8
EACH = 7_600
# Capacity, many receiving threads, how many of ten.
KINDS: tuple[tuple[int | None, bool, int], ...] = (
    (None, False, 2),
    (None, True, 2),
    (1, False, 1),
    (1, True, 1),
    (2, False, 1),
    (2, True, 1),
    (0, False, 1),
    (0, True, 1),
)

# Of 60,000 histories each kind is there many times; of one seed's, most are.
RARE = {Wrong.CLOSE, Wrong.LATE_EMPTY, Wrong.UNEXPLAINED}

# And these are found by every seed, with each of the capacities.
EVERYWHERE: dict[Wrong, tuple[int | None, ...]] = {
    **dict.fromkeys((Wrong.INVENTED, Wrong.REPEATED, Wrong.LOST, Wrong.EARLY_CLOSE), (None, 1, 2, 0)),
    **dict.fromkeys((Wrong.LOST_WAKEUP, Wrong.RECEIVER_CLOSE), (None, 1, 2, 0)),
    **dict.fromkeys((Wrong.ORDER, Wrong.NOT_EMPTY), (None, 1, 2)),
    **dict.fromkeys((Wrong.FULL, Wrong.CAPACITY), (1, 2)),
    Wrong.NO_MEETING: (0,),
}


def drawn(random: Random, count: int, *, wrong: float = 0.7) -> list[tuple[Draft, str | None, History]]:
    found = []
    choices = [kind for kind in KINDS for _ in range(kind[2])]
    for number in range(count):
        capacity, many, _ = choices[number % len(choices)]
        draft = right(random, capacity, mpmc=many)
        what = mistake(random, draft) if random.random() < wrong else None
        found.append((draft, what, draft.history()))
    return found


def test_enough_histories() -> None:
    assert SEEDS * EACH >= 60_000


@pytest.mark.unmeasured
@pytest.mark.parametrize("seed", [0, *(pytest.param(n, marks=pytest.mark.once) for n in range(1, SEEDS))])
def test_monitor_and_search_agree(seed: int) -> None:
    numpy = HAS_NUMPY and seed == 0
    kinds: Counter[tuple[Wrong, int | None]] = Counter()
    missed = 0
    verdicts: Counter[tuple[int | None, bool, bool]] = Counter()
    mistakes: Counter[str | None] = Counter()
    short: Counter[tuple[bool, bool]] = Counter()
    for draft, what, history in drawn(Random(seed), EACH):
        columns = columns_of(history)
        found = monitor(columns, draft.capacity)
        expected = searched(Sent(model_for(draft.capacity), ()), history.operations, Budget())[0].answer
        assert expected is not None
        verdicts[draft.capacity, found is None, expected] += 1
        if found is not None:
            assert not expected, f"{found}\n{history}"
            kinds[found.kind, draft.capacity] += 1
            mistakes[what] += 1
        elif columns.relaxed is None:
            assert expected or draft.capacity is not None, history
            missed += not expected
        else:
            assert columns.relaxed == MAKES_NO_TWO
        for fast in (False, True)[: 1 + numpy]:  # the monitor's other ways
            same = swept(columns, draft.capacity, per_sender=False, numpy=fast)
            assert (same and same.kind) == (found and found.kind), history
        if draft.capacity is None:
            short[plain(columns)[0], found is None] += 1
    assert set(Wrong) - {kind for kind, _ in kinds} <= RARE
    for kind, capacities in EVERYWHERE.items():
        for capacity in capacities:
            assert kinds[kind, capacity], f"{kind} is never found with a capacity of {capacity}"
    assert set(mistakes) >= set(MISTAKES)
    assert short[True, True] > 300
    assert short[True, False] > 100
    for capacity in (None, 1, 2, 0):
        assert verdicts[capacity, True, True] > 300
        assert verdicts[capacity, False, False] > 50
    assert missed < EACH // 500  # necessary conditions find nearly everything


@pytest.mark.once
def test_all_kinds_of_violation_are_found() -> None:
    """The rare ones, too, by the monitor alone."""
    kinds: Counter[Wrong] = Counter()
    for draft, _, history in drawn(Random("kinds"), 12_000, wrong=1.0):
        found = monitor(columns_of(history), draft.capacity)
        if found is not None:
            kinds[found.kind] += 1
            assert found.operations
            assert set(found.operations) <= set(history.operations)
    assert set(kinds) == set(Wrong) - {Wrong.UNEXPLAINED}


@pytest.mark.parametrize("per_sender", [False, True])
def test_monitor_against_every_order(per_sender: bool) -> None:
    """With senders that nobody names, and orders per sender, which the general search has not."""
    wrong = 0
    for draft, what, history in drawn(Random(f"every order {per_sender}"), 4_000):
        columns = columns_of(history, senders=draft.senders)
        found = monitor(columns, draft.capacity, per_sender=per_sender)
        expected = explained(history, draft.capacity, draft.senders, per_sender=per_sender)
        assert expected or what is not None, f"this should be right\n{history}"
        if found is not None:
            assert not expected, f"{found}\n{history}"
            wrong += 1
        elif draft.capacity is None and columns.relaxed in (None, MAKES_NO_TWO):
            assert expected, history
    assert wrong > 400


@pytest.mark.once
@pytest.mark.parametrize("per_sender", [False, True])
def test_receives_of_unknown_outcome(per_sender: bool) -> None:
    """Several at once, which may have taken what nobody else has."""
    random = Random(f"unknown {per_sender}")
    verdicts: Counter[bool] = Counter()
    missed = 0
    for number in range(6_000):
        capacity = (None, None, None, None, 1, 2, 0)[number % 7]
        draft = right(random, capacity, mpmc=random.random() < 0.7, most=10)
        forget(random, draft)
        what = mistake(random, draft) if random.random() < 0.8 else None
        history = draft.history()
        columns = columns_of(history, senders=draft.senders)
        expected = explained(history, capacity, draft.senders, per_sender=per_sender)
        assert expected or what is not None, f"this should be right\n{history}"
        found = monitor(columns, capacity, per_sender=per_sender)
        if found is not None:
            assert not expected, f"{found}\n{history}"
        elif columns.relaxed in (None, MAKES_NO_TWO):
            assert expected or capacity is not None, history
            missed += not expected
        verdicts[expected] += any(o.ret is None and o.what.operation in RECEIVES for o in history.operations)
    assert verdicts[True] > 1_000
    assert verdicts[False] > 300
    assert missed < 30


@pytest.mark.skipif(not HAS_NUMPY, reason="the fast monitor is an extra")
def test_blocks_of_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Long histories are passed over block by block: short ones as well, if blocks are small. Values are tags."""
    sweeps = importlib.import_module("duckrace.histories._sweeps_numpy")
    wrong = 0
    for number, (draft, _, history) in enumerate(drawn(Random("blocks"), 3_000)):
        columns = columns_of(history)
        columns.value = array("q", [tag(value % 3, value // 2) if value >= 0 else -1 for value in columns.value])
        monkeypatch.setattr(sweeps, "_BLOCK", 1 + number % 4)
        found = {way: swept(columns, draft.capacity, per_sender=False, numpy=way) for way in (False, True)}
        assert (found[True] and found[True].kind) == (found[False] and found[False].kind), history
        wrong += found[True] is not None
    assert wrong > 500


@pytest.mark.parametrize("capacity", [None, 1, 2, 0])
def test_several_receivers(capacity: int | None) -> None:
    """Handles that are cloned, handed to another thread and dropped: by the monitor, and by the search if it must."""
    random = Random(f"several receivers {capacity}")
    kinds: Counter[tuple[bool, str]] = Counter()
    mistakes: Counter[str] = Counter()
    for _ in range(1_500):
        draft = right(random, capacity, mpmc=random.random() < 0.8, most=9, receivers=True)
        what = mistake(random, draft) if random.random() < 0.7 else None
        history = draft.history()
        columns = columns_of(history, senders=draft.senders)
        expected = explained(history, capacity, draft.senders)
        assert expected or what is not None, f"this should be right\n{history}"
        found = judge(history, capacity, senders=draft.senders)
        assert (found.kind == "linearizable") == expected, f"{found}\n{history}"
        assert found.kind != "unknown"
        if columns.receivers > 1:
            kinds[expected, found.decided_by] += 1
            if what is not None and not expected:
                mistakes[what] += 1
    assert kinds[True, "monitor" if capacity is None else "search"] > 200
    assert kinds[False, "monitor"] > 50
    assert len(mistakes) > len(MISTAKES) - 3  # some of them are seldom wrong


@pytest.mark.once
def test_fewer_orders_are_wrong_per_sender() -> None:
    kinds: Counter[tuple[bool, bool]] = Counter()
    for draft, _, history in drawn(Random("per sender"), 8_000):
        columns = columns_of(history)
        strict = monitor(columns, draft.capacity)
        weak = monitor(columns, draft.capacity, per_sender=True)
        kinds[strict is None, weak is None] += 1
        assert strict is not None or weak is None
    assert kinds[False, True] > 10
    assert kinds[False, False] > 800


@pytest.mark.once
def test_the_two_searches_of_the_tests_agree() -> None:
    """Otherwise the ten lines would be wrong about what waiting is."""
    for draft, _, history in drawn(Random("models"), 2_000):
        senders = draft.senders
        expected = by_model(history, model_for(draft.capacity), senders)
        if columns_of(history, senders=senders).relaxed != MAKES_NO_TWO:
            assert explained(history, draft.capacity, senders) == expected, history


@pytest.mark.once
def test_judgements_are_those_of_every_order() -> None:
    kinds: Counter[tuple[str, str]] = Counter()
    for draft, _, history in drawn(Random("judge"), 1_500):
        found = judge(history, draft.capacity, senders=draft.senders)
        kinds[found.kind, found.decided_by] += 1
        assert (found.kind == "linearizable") == by_model(history, model_for(draft.capacity), draft.senders), history
        assert (found.violation is None) == (found.kind == "linearizable")
    assert kinds["violation", "monitor"] > 150
    assert kinds["linearizable", "monitor"] > 150
    assert kinds["linearizable", "search"] > 150
    assert sum(kinds.values()) == 1_500
