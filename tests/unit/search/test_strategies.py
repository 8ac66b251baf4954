"""Strategies: what they choose, how often, and that it is the same every time."""

import itertools
from collections import Counter
from pathlib import Path

import pytest

from duckrace import Kind, explore
from duckrace.kernel import SimThread, machine
from duckrace.search import PORTFOLIO, SAMPLERS, Pct, Portfolio, RandomWalk, Replay, make

PROGRAMS = Path(__file__).parent / "programs" / "orders.py"


def new_threads(count):
    return [SimThread(n, (n,), lambda: None, False) for n in range(count)]


def schedule(strategy, execution, choices=40, width=4):
    """What `strategy` chooses in an execution among threads that never end."""
    threads = new_threads(width)
    assert strategy.begin(execution)
    chosen, running = [], threads[0]
    for step in range(choices):
        ready = threads[: 2 + step % (width - 1)]
        running = strategy.choose(ready, running)
        assert running in ready
        chosen.append(running.n)
    return chosen


def chi_square(counts, buckets):
    expected = sum(counts.values()) / buckets
    return sum((count - expected) ** 2 / expected for count in counts.values()) + (buckets - len(counts)) * expected


def test_random_chooses_each_thread_equally_often():
    strategy, counts = RandomWalk(0), Counter()
    for execution in range(300):
        threads = new_threads(3)
        strategy.begin(execution)
        counts.update(strategy.choose(threads, threads[0]).n for _ in range(20))
    assert chi_square(counts, 3) < 20  # 2 degrees of freedom: exceeded once in 20,000 seeds


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_random_finds_all_orders_of_a_program_equally_often(seed):
    result = explore(f"{PROGRAMS}::one_order_of_three", strategy="random", executions=3_000, seed=seed)
    assert len(result.outcomes) == 6
    assert chi_square(Counter(result.outcomes), 6) < 30  # 5 degrees of freedom: once in 65,000


def test_the_measure_tells_a_crooked_choice():
    assert chi_square(Counter({0: 2200, 1: 2000, 2: 1800}), 3) > 20
    assert chi_square(Counter(a=500, b=500, c=500, d=500, e=500), 6) > 30


@pytest.mark.parametrize("name", SAMPLERS)
def test_a_schedule_depends_on_seed_and_execution_only(name):
    one = make(name, 7)
    in_order = [schedule(one, execution) for execution in range(20)]
    other = make(name, 7)
    backwards = [schedule(other, execution) for execution in reversed(range(20))]
    assert in_order == backwards[::-1]
    assert len({tuple(s) for s in in_order}) > 10
    assert in_order != [schedule(make(name, 8), execution) for execution in range(20)]


def test_neighbouring_seeds_share_no_schedules():
    seen = [tuple(schedule(RandomWalk(seed), execution)) for seed in range(1, 6) for execution in range(20)]
    assert len(set(seen)) == 100


def test_portfolio_alternates():
    members = [RandomWalk(3), Pct(3)]
    portfolio = Portfolio(members)
    for execution in range(6):
        got = schedule(portfolio, execution)
        assert portfolio.member is members[execution % 2]
        assert got == schedule([RandomWalk, Pct][execution % 2](3), execution // 2)


def test_members_may_have_several_turns():
    members = [RandomWalk(3), Pct(3)]
    portfolio = Portfolio(members, [0, 0, 1])
    got = [schedule(portfolio, execution) for execution in range(7)]
    alone = [RandomWalk(3), Pct(3)]
    expected = [(0, 0), (0, 1), (1, 0), (0, 2), (0, 3), (1, 1), (0, 4)]
    assert got == [schedule(alone[member], execution) for member, execution in expected]


def test_portfolio_tells_which_member_found_it():
    finders = set()
    for seed in range(20):
        failure = explore(f"{PROGRAMS}::one_thread_must_stay_away", executions=1_000, seed=seed).failure
        finders.add(failure.strategy)
        rounds, turn = divmod(failure.execution - 1, len(PORTFOLIO))
        assert failure.strategy == PORTFOLIO[turn]
        earlier = rounds * PORTFOLIO.count(failure.strategy) + PORTFOLIO[:turn].count(failure.strategy)
        if failure.strategy != "surw":  # which learns from more executions where it is alone
            alone = explore(
                f"{PROGRAMS}::one_thread_must_stay_away", strategy=failure.strategy, executions=1_000, seed=seed
            ).failure
            assert (alone.execution, alone.schedule) == (earlier + 1, failure.schedule)
    assert {"pct", "surw"} <= finders
    assert "random" not in finders


@pytest.mark.parametrize("seed", range(10))
def test_pct_finds_the_lost_wakeup_within_20_executions(seed):
    result = explore(f"{PROGRAMS}::lost22", strategy="pct", executions=20, seed=seed)
    assert result.verdict.kind is Kind.DEADLOCK
    assert "notify" in result.failure.message


@pytest.mark.parametrize("strategy", SAMPLERS)
def test_nothing_is_found_in_the_correct_channel(strategy):
    result = explore(f"{PROGRAMS}::chan22", strategy=strategy, executions=300)
    assert result.passed
    assert result.outcomes == {4: 300}


@pytest.mark.parametrize(("strategy", "kind"), [("pct", Kind.FAILED), ("random", Kind.PASSED)])
@pytest.mark.parametrize("seed", range(3))
def test_pct_keeps_one_thread_away_and_random_does_not(strategy, kind, seed):
    result = explore(f"{PROGRAMS}::one_thread_must_stay_away", strategy=strategy, seed=seed, executions=600)
    assert result.verdict.kind is kind


@pytest.mark.parametrize("strategy", SAMPLERS)
def test_a_thread_that_yields_lets_others_go(strategy):
    result = explore(f"{PROGRAMS}::spins", strategy=strategy, executions=200, max_steps=2_000)
    assert result.outcomes == {"seen": 200}


def test_pct_runs_the_highest_priority_but_for_its_change_points():
    threads = new_threads(4)
    strategy = Pct(0, depth=1)
    for execution in range(20):
        for thread in threads:
            thread.rank = 0.0
        strategy.begin(execution)
        chosen = {strategy.choose(threads, threads[0]).n for _ in range(30)}
        assert len(chosen) == 1
    three = Pct(0, depth=3)
    changes = []
    for execution in range(50):
        chosen = schedule(three, execution, choices=32, width=2)
        changes.append(sum(a != b for a, b in itertools.pairwise(chosen)))
    assert max(changes) == 2


@pytest.fixture
def stopped(monkeypatch):
    """Catches how a replay ends an execution that leaves its schedule."""
    said = []
    monkeypatch.setattr(machine, "fail", said.append)
    return said


def test_replay_follows_its_decisions(stopped):
    threads = new_threads(3)
    replay = Replay([2, 0, 1])
    assert replay.begin(0)
    assert [replay.choose(threads, threads[0]).n for _ in range(3)] == [2, 0, 1]
    assert not stopped
    assert not replay.begin(1)


def test_replay_of_a_decision_that_cannot_be_followed(stopped):
    threads = new_threads(3)
    replay = Replay([2])
    replay.begin(0)
    replay.choose(threads[:2], threads[0])
    assert "decision 1 runs thread 2, which cannot run there" in str(stopped[0])


def test_replay_of_more_choices_than_it_has(stopped):
    threads = new_threads(3)
    replay = Replay([2])
    replay.begin(0)
    replay.choose(threads, threads[0])
    replay.choose(threads, threads[0])
    assert "more choices than the schedule has (1)" in str(stopped[0])


def test_an_unknown_strategy_is_refused():
    with pytest.raises(KeyError):
        make("best", 0)
