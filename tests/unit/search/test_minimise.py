"""A failing schedule is reduced to the least that fails in the same way; what matters, and each switch, is told."""

from pathlib import Path
from typing import Any

import pytest

import duckrace
from duckrace import Failure, Kind, Progress, Result, _exploration, _explore, explore, replay
from duckrace._minimising import affordable
from duckrace._settings import Settings
from duckrace.search.minimise import Budget

pytestmark = pytest.mark.unmeasured

PROGRAMS = Path(__file__).parent / "programs" / "reduced.py"
SUBJECTS = Path(__file__).parents[3] / "benchmarks" / "subjects"
STRATEGIES = [*(("random", seed) for seed in range(6)), *(("pct", seed) for seed in range(6)), ("dpor", 0), ("dfs", 0)]


def found(name: str, **settings: Any) -> Failure:
    """The failure of a program, which its token shows again."""
    done = explore(name if "::" in name else f"{PROGRAMS}::{name}", **settings)
    failure = done.failure
    assert failure is not None
    again = replay(failure.schedule).failure
    assert again is not None
    assert (again.kind, again.message, again.events) == (failure.kind, failure.message, failure.events)
    assert (again.preemptions, again.switches) == (failure.preemptions, failure.switches)
    return failure


# -- how little is left -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("strategy", "seed"), STRATEGIES)
def test_lost_update_needs_one_preemption(strategy: str, seed: int) -> None:
    failure = found("lost_update", strategy=strategy, seed=seed)
    assert (failure.minimized, failure.preemptions, failure.switches) == (True, 1, 3)


@pytest.mark.parametrize(("strategy", "seed"), STRATEGIES)
def test_lost_wakeup_needs_two_preemptions_at_most(strategy: str, seed: int) -> None:
    failure = found(f"{SUBJECTS / 'chan.py'}::lost22", strategy=strategy, seed=seed)
    assert failure.minimized
    assert failure.preemptions <= 2


@pytest.mark.once
def test_one_preemption_is_found_where_leaving_out_ends_at_two() -> None:
    """From some of these schedules no single step less leads to it: schedules with fewer preemptions are searched."""
    failures = [explore(f"{SUBJECTS / 'chan.py'}::lost22", strategy="random", seed=seed).failure for seed in range(30)]
    assert {failure.preemptions for failure in failures if failure is not None} == {1}


SMALL = ["lost_update", "lost_update_among_three", "in_turns", "circle_and_a_bystander", "lost_notify"]


@pytest.mark.once
@pytest.mark.parametrize("name", SMALL)
def test_no_schedule_with_fewer_preemptions_fails(name: str) -> None:
    """Held against all schedules with so many preemptions."""
    most = {found(name, seed=seed, strategy="random", executions=5_000).preemptions for seed in range(4)}
    assert len(most) == 1
    (preemptions,) = most
    if preemptions:
        fewer = explore(f"{PROGRAMS}::{name}", strategy="dfs", preemptions=preemptions - 1)
        assert fewer.passed, fewer.failure
    assert not explore(f"{PROGRAMS}::{name}", strategy="dfs", preemptions=preemptions).passed


def test_programs_differ_in_what_they_need() -> None:
    """The test above would hold of a search that always says the same."""
    assert [found(name, executions=5_000).preemptions for name in SMALL] == [1, 1, 2, 1, 0]


def test_without_minimising_it_is_shown_as_it_was_found() -> None:
    settings: dict[str, Any] = {"strategy": "random", "seed": 2}
    failure = found("lost_update", minimize=False, **settings)
    assert not failure.minimized
    assert failure.preemptions > 1
    assert found("lost_update", **settings).execution == failure.execution


def test_same_failure_ends_in_the_same_schedule() -> None:
    one, other = (found(f"{SUBJECTS / 'chan.py'}::lost22", seed=4) for _ in range(2))
    assert one == other


# -- the same way -----------------------------------------------------------------------------------------------------


@pytest.mark.once
def test_deadlock_does_not_become_the_exception_that_is_easier() -> None:
    kinds = set()
    for seed in range(12):
        before = found("raises_or_hangs", seed=seed, minimize=False)
        after = found("raises_or_hangs", seed=seed)
        assert (after.kind, after.message) == (before.kind, before.message)
        kinds.add((after.kind, after.preemptions))
    assert kinds == {(Kind.FAILED, 0), (Kind.DEADLOCK, 1)}


@pytest.mark.once
def test_who_waits_for_what_stays() -> None:
    waits = set()
    for seed in range(12):
        before = found("two_circles", seed=seed, minimize=False)
        after = found("two_circles", seed=seed)
        assert stuck(before) == stuck(after)
        waits.add(stuck(after))
    assert len(waits) > 1


def stuck(failure: Failure) -> frozenset[tuple[str, str]]:
    return frozenset((state.name, state.waits_for) for state in failure.threads if state.state == "blocked")


def test_keep_going_minimises_one_of_each_kind_and_cause() -> None:
    settings: dict[str, Any] = {"executions": 150, "keep_going": True}
    done = explore(f"{PROGRAMS}::raises_or_hangs", **settings)
    plain = explore(f"{PROGRAMS}::raises_or_hangs", minimize=False, **settings)
    assert {f.message for f in done.failures} == {f.message for f in plain.failures}
    assert all(f.minimized for f in done.failures)
    assert {(f.kind, f.preemptions) for f in done.failures} == {(Kind.FAILED, 0), (Kind.DEADLOCK, 1)}
    assert (done.executions, done.outcomes, done.failed) == (plain.executions, plain.outcomes, plain.failed)


# -- limits -----------------------------------------------------------------------------------------------------------


def test_limit_is_not_minimised() -> None:
    failure = found("endless", max_steps=300)
    assert (failure.kind, failure.minimized) == (Kind.BUDGET, False)


@pytest.mark.parametrize("executions", [1, 3, 10])
def test_budget_ends_it_and_that_is_said(executions: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_explore, "Budget", lambda: Budget(executions=executions))
    done = explore(f"{PROGRAMS}::in_turns", strategy="random", executions=5_000)
    assert done.failure is not None
    assert not done.failure.minimized
    assert f"reducing it ended early, after {executions} execution" in " ".join(done.notes)
    assert done.failure.preemptions >= 2
    again = replay(done.failure.schedule).failure
    assert again is not None
    assert again.message == done.failure.message


def test_with_collections_a_tenth_of_the_budget_is_spent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each execution costs a collection of everything; counted, not timed, so that it ends in the same schedule."""
    monkeypatch.setattr(_explore, "Budget", lambda: Budget(executions=30))
    done = explore(f"{PROGRAMS}::in_turns", strategy="random", executions=5_000, gc="scheduled")
    assert "reducing it ended early, after 3 executions." in " ".join(done.notes)
    assert affordable(Budget(), Settings()) == Budget()
    assert affordable(Budget(executions=1), Settings(gc="scheduled")).executions == 1


def test_progress_tells_of_reducing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_exploration, "OFTEN", 0.0)
    told: list[Progress] = []
    done = explore(f"{PROGRAMS}::in_turns", strategy="random", executions=5_000, progress=told.append)
    assert done.failure is not None
    assert done.failure.minimized
    reducing = [now for now in told if now.doing == "reducing"]
    assert len(reducing) > 10
    assert [now.executions for now in reducing] == list(range(len(reducing)))
    assert {now.total for now in reducing} == {Budget().executions}
    assert told[-1].doing == "exploring"


@pytest.mark.once
def test_thousands_of_points_are_within_the_budget() -> None:
    before = found("racy_for_long", granularity="access", minimize=False)
    assert len(before.events) > 1_900
    assert before.preemptions > 300
    after = found("racy_for_long", granularity="access")
    assert after.preemptions == 1


def fails_until(count: int, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Result:
    monkeypatch.setenv("COUNT", str(folder / f"count{count}"))
    monkeypatch.setenv("RIGHT_AFTER", str(count))
    return explore(f"{PROGRAMS}::fails_for_a_while", executions=3, seed=1)


def test_what_fails_only_for_a_while_is_shown_as_it_was_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two executions before the first, then two that repeat it: the sixth, and first to minimise, is right."""
    done = fails_until(5, tmp_path, monkeypatch)
    assert done.failure is not None
    assert (done.failure.kind, done.failure.minimized) == (Kind.FAILED, False)
    assert "shown as it was found, not reduced" in " ".join(done.notes)
    assert done.failure.preemptions > 0


@pytest.mark.unmeasured
@pytest.mark.parametrize("count", [*range(6, 24, 3)])
def test_what_cannot_be_repeated_once_it_is_reduced_is_shown_as_it_was_found(
    count: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = fails_until(count, tmp_path, monkeypatch)
    assert done.failure is not None
    assert done.failure.kind is Kind.FAILED
    assert "shown as it was found, not reduced" in " ".join(done.notes)


def test_deadline_ends_it() -> None:
    done = explore(f"{PROGRAMS}::lost_update", strategy="random", seed=2, deadline=1e-9)
    assert done.failure is not None
    assert not done.failure.minimized
    assert "reducing it ended early, after 1 execution." in " ".join(done.notes)


# -- what matters, and why threads switch -----------------------------------------------------------------------------


def mattering(failure: Failure) -> set[str]:
    """The threads of which a step matters."""
    return {event.thread for event in failure.events if event.matters}


def test_bystander_of_a_deadlock_does_not_matter() -> None:
    assert mattering(found("circle_and_a_bystander")) == {"MainThread", "forth", "back"}


@pytest.mark.once
def test_bystander_of_an_exception_does_not_matter() -> None:
    failures = [found("raised_by_a_thread", granularity="access", seed=seed, minimize=False) for seed in range(8)]
    ran = [failure for failure in failures if "bystander" in {event.thread for event in failure.events}]
    assert len(ran) > 2
    assert {frozenset(mattering(failure)) for failure in ran} == {frozenset({"MainThread", "fills", "looks"})}


def test_memory_that_is_not_seen_may_be_the_cause() -> None:
    failure = found("raised_by_a_thread", granularity="sync")
    assert mattering(failure) == {"MainThread", "fills", "looks"}
    assert "start bystander" not in {event.operation for event in failure.events if event.matters}


def test_memory_that_only_one_thread_writes_does_not_matter() -> None:
    for granularity in ("access", "gil"):
        failure = found("racy", granularity=granularity)
        assert failure.preemptions == 1
        told = {event.operation for event in failure.events}
        matter = {event.operation for event in failure.events if event.matters}
        assert "read Plain#1.unit" in told
        assert {text for text in matter if "#" in text} == {"read Plain#1.value", "write Plain#1.value"}
        assert "goes on" not in matter


def test_reason_of_each_switch() -> None:
    failure = found("lost_update")
    assert [event.switch for event in failure.events if event.switch] == [
        "waits for add to end",
        "preempted: could have gone on",
        "ends",
        "ends",
    ]
    assert [event.switch for event in failure.events if event.preempts] == ["preempted: could have gone on"]
    reasons = [event.switch for event in found("circle_and_a_bystander").events if event.switch]
    assert any(reason.startswith("waits for lock#") for reason in reasons)
    assert "waits for a notify" in " ".join(e.switch for e in found(f"{SUBJECTS / 'chan.py'}::lost22").events)


def test_locks_are_named_by_their_owner_and_handles_by_number() -> None:
    assert "acquire lock#1 of Counter" in {event.call for event in found("lost_update").events}
    calls = {event.call for event in found("sender_is_dropped").events}
    assert "drop sender tx#1" in calls
    assert "send(1)" in calls


def test_report_shows_columns() -> None:
    done = explore(f"{PROGRAMS}::circle_and_a_bystander")
    text = done.render(done) if done.render is not None else ""
    header = next(row for row in text.splitlines() if row.startswith("  step  "))
    assert header.split() == ["step", "MainThread", "forth", "back", "at"]
    assert "↳ preempted: could have gone on" in text
    assert "Reduced until no single step less fails in the same way." in text


def test_minimised_is_what_is_kept(tmp_path: Path) -> None:
    done = explore(f"{PROGRAMS}::lost_update", corpus=tmp_path / "kept")
    again = duckrace.explore(f"{PROGRAMS}::lost_update", corpus=tmp_path / "kept")
    assert done.failure is not None
    assert again.failure is not None
    assert (again.failure.strategy, again.failure.schedule) == ("corpus", done.failure.schedule)
