"""``pos``, ``urw`` and ``surw``: what is as likely as what, what they learn, and that loops that wait end."""

import importlib.util
import statistics
from collections import Counter
from pathlib import Path

import pytest

from duckrace import Kind, explore
from duckrace.kernel import START, YIELD, SimThread, machine
from duckrace.kernel.locks import ACQUIRE, LOCKED, RELEASE, TRY, Lock
from duckrace.kernel.shared import READ, WRITE, Location
from duckrace.kernel.simplequeue import GET, PUT, SIZE, SimpleQueue
from duckrace.kernel.simthread import END
from duckrace.kernel.threads import ALIVE, IS_SET
from duckrace.search import SAMPLERS, Pos, RandomWalk, Urw
from duckrace.search._pending import Fairness, names, racing
from duckrace.search._profile import LEARNS, Left, Profile

PROGRAMS = Path(__file__).parent / "programs" / "orders.py"
SCTBENCH = Path(__file__).parents[3] / "benchmarks" / "subjects" / "sctbench.py"


def chi_square(counts, buckets):
    expected = sum(counts.values()) / buckets
    return sum((count - expected) ** 2 / expected for count in counts.values()) + (buckets - len(counts)) * expected


def at(n, op, obj=None):
    """A thread that stands before an operation."""
    thread = SimThread(n, (n,), lambda: None, False)
    thread.op, thread.obj = op, obj
    return thread


# -- what is as likely as what --------------------------------------------------------------------------------------


def interleaving(strategy, execution, lengths):
    """The order in which threads make so many steps each, all started by a main thread."""
    main = SimThread(0, (), lambda: None, False)
    threads = [at(n, "run") for n in range(1, len(lengths) + 1)]
    assert strategy.begin(execution)
    step = getattr(strategy, "step", lambda *what: None)
    for _ in threads:
        step(main, START, None)
        main.spawned += 1
    left, order, running = dict(zip(threads, lengths, strict=True)), [], threads[0]
    while any(left.values()):
        ready = [thread for thread in threads if left[thread]]
        running = strategy.choose(ready, running) if len(ready) > 1 else ready[0]
        step(running, "run", None)
        left[running] -= 1
        order.append(running.n)
    strategy.end(len(order))
    return tuple(order)


@pytest.mark.parametrize("seed", range(3))
def test_urw_makes_all_interleavings_equally_likely(seed):
    urw, walk = Urw(seed), RandomWalk(seed)
    uniform = Counter(interleaving(urw, execution, (4, 2)) for execution in range(3_000))
    crooked = Counter(interleaving(walk, execution, (4, 2)) for execution in range(3_000))
    assert chi_square(uniform, 15) < 45  # 14 degrees of freedom: once in 25,000
    assert chi_square(crooked, 15) > 450


@pytest.mark.parametrize("seed", range(3))
def test_surw_makes_all_orders_on_one_object_equally_likely(seed):
    def orders(strategy):
        return explore(f"{PROGRAMS}::four_and_two", strategy=strategy, seed=seed, executions=3_000).outcomes

    assert chi_square(Counter(orders("surw")), 15) < 45
    assert chi_square(Counter(orders("random")), 15) > 450


def test_pos_draws_anew_for_what_races():
    lock, other = Lock(), Lock()
    pos = Pos(0)
    pos.begin(0)
    threads = [at(0, ACQUIRE, lock), at(1, ACQUIRE, lock), at(2, ACQUIRE, lock), at(3, ACQUIRE, other)]
    pos.choose(threads, threads[0])  # gives each its rank
    for _ in range(20):
        before = [thread.rank for thread in threads]
        chosen = pos.choose(threads, threads[3])
        changed = {thread.n for thread, rank in zip(threads, before, strict=True) if thread.rank != rank}
        racing_too = set() if chosen.n == 3 else {0, 1, 2} - {chosen.n}
        assert changed == racing_too | {3}  # and for the thread that went last


def test_what_races():
    lock, queue, location, other = Lock(), SimpleQueue(), Location("x"), Location("y")
    thread = SimThread(9, (9,), lambda: None, False)

    class Event:
        class _cond:
            _lock = lock

    racing_pairs = [
        ((ACQUIRE, lock), (ACQUIRE, lock)), ((TRY, lock), (RELEASE, lock)), ((LOCKED, lock), (TRY, lock)),
        ((PUT, queue), (GET, queue)), ((SIZE, queue), (PUT, queue)), ((END, thread), (ALIVE, thread)),
        ((READ, location.read), (WRITE, location.write)), ((WRITE, location.write), (WRITE, location.write)),
    ]  # fmt: skip
    peaceful_pairs = [
        ((ACQUIRE, lock), (ACQUIRE, Lock())), ((LOCKED, lock), (LOCKED, lock)), ((SIZE, queue), (SIZE, queue)),
        ((READ, location.read), (READ, location.read)), ((WRITE, location.write), (WRITE, other.write)),
        ((YIELD, None), (YIELD, None)), ((ALIVE, thread), (ALIVE, thread)), ((READ, location.read), (ACQUIRE, lock)),
        ((IS_SET, Event), (IS_SET, Event)),
    ]  # fmt: skip
    for pairs, expected in ((racing_pairs, True), (peaceful_pairs, False)):
        for one, two in pairs:
            assert racing(at(0, *one), at(1, *two)) is expected, (one, two)
            assert racing(at(0, *two), at(1, *one)) is expected, (two, one)


# -- what they learn ------------------------------------------------------------------------------------------------


def test_what_is_left_moves_to_a_thread_that_starts():
    profile = Profile()
    for _ in range(2):
        for path, count in {(): 1, (1,): 4, (2,): 2, (2, 1): 3}.items():
            for _ in range(count):
                profile.saw(path, "it", True)
        profile.end()
        profile.begin(1)
    counts = profile.of["it"]
    assert (counts.mean(), counts.contended()) == (10.0, True)
    left = Left(counts)
    assert left.of(()) == 10.0
    assert left.started((), (1,)) == 0.4
    assert left.started((), (2,)) == 5 / 6
    assert (left.of(()), left.of((1,)), left.of((2,))) == (1.0, 4.0, 5.0)
    for _ in range(6):
        left.done((1,))
    assert left.of((1,)) == 0.0  # never less
    assert left.started((1,), (1, 1)) == 0.0


def test_an_execution_that_was_cut_off_teaches_nothing(monkeypatch):
    profile = Profile()
    profile.saw((), "it", True)
    monkeypatch.setattr(machine, "over", "limit")
    profile.end()
    assert profile.of == {}
    assert [profile.begin(execution) or profile.learns for execution in (0, LEARNS - 1, LEARNS + 1)] == [
        True,
        True,
        False,
    ]


def test_objects_are_told_by_who_made_them():
    lock, location = Lock(), Location("x")
    lock.creator, lock.number = SimThread(5, (2, 1), lambda: None, False), 3
    again = Lock()
    again.creator, again.number = SimThread(7, (2, 1), lambda: None, False), 3
    assert names(ACQUIRE, lock) == names(TRY, again) == ((((2, 1), 3), True),)
    assert names(RELEASE, lock) == ()
    assert names(READ, location.read) == ((location, False),)


@pytest.mark.parametrize("strategy", ["surw", "urw", "pos"])
def test_an_exploration_can_be_repeated(strategy):
    one, two = (explore(f"{PROGRAMS}::lost22", strategy=strategy, seed=5, executions=400) for _ in range(2))
    assert one.failure.execution == two.failure.execution
    assert one.failure.schedule == two.failure.schedule
    counts = [explore(f"{PROGRAMS}::four_and_two", strategy=strategy, executions=200).outcomes for _ in range(2)]
    assert counts[0] == counts[1]


# -- loops that wait ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("strategy", SAMPLERS)
@pytest.mark.parametrize("granularity", ["sync", "access"])
def test_loops_that_wait_end(strategy, granularity):
    for name in ("asks_under_a_lock", "reads_until_it_is_up"):
        result = explore(f"{PROGRAMS}::{name}", strategy=strategy, executions=60, granularity=granularity)
        assert result.outcomes == {"seen": 60}, (name, result.failure)


def test_who_looks_in_vain_twice_gives_way(monkeypatch):
    lock = Lock()
    lock.owner = SimThread(3, (3,), lambda: None, False)
    one, fair = at(1, TRY, lock), Fairness()
    monkeypatch.setattr(machine, "decisions", [])
    assert not fair.gives_way(one)
    machine.decisions.append(1)
    assert fair.gives_way(one)
    machine.decisions.append(2)  # somebody else went
    assert not fair.gives_way(one)
    lock.owner = None
    machine.decisions.append(1)
    assert not fair.gives_way(one)  # it will get it
    assert fair.gives_way(at(2, YIELD))
    fair.begin()
    lock.owner = one
    assert not fair.gives_way(one)


def test_a_search_that_is_fair_says_so():
    result = explore(f"{PROGRAMS}::spins", strategy="dfs", preemptions=1, executions=5_000)
    assert (result.verdict.kind, result.verdict.detail) == (
        Kind.PASSED, "exhaustive over fair schedules ≤ 1 preemption",
    )  # fmt: skip
    assert not result.exhaustive


# -- published numbers ----------------------------------------------------------------------------------------------


@pytest.mark.once
@pytest.mark.parametrize(
    ("program", "published"),
    [
        ("reorder_3", 7), ("reorder_20", 6), ("twostage", 8), ("twostage_20", 6),
        *(pytest.param(f"reorder_{n}", most, marks=pytest.mark.exhaustive) for n, most in [(4, 7), (5, 10), (10, 17)]),
    ],
)  # fmt: skip
def test_surw_needs_at_most_twice_the_published_number(program, published):
    spec = importlib.util.spec_from_file_location("sctbench", SCTBENCH)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    needed = []
    for seed in range(20):
        settings = {"granularity": module.granularity(program), "minimize": False}
        result = explore(f"{SCTBENCH}::{program}", strategy="surw", seed=seed, **settings)
        assert result.verdict.kind is Kind.FAILED
        needed.append(result.executions)
    assert statistics.fmean(needed) <= 2 * published
