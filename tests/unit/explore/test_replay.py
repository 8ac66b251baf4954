"""A recorded execution is the same one every time, here and in a new process."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from duckrace import Kind, UsageError, _token, explore, replay
from duckrace._exploration import Exploration
from duckrace._scenario import resolve
from duckrace._session import Session
from duckrace._settings import Settings
from duckrace.kernel import machine
from duckrace.kernel.recorder import Steps
from duckrace.search import RandomWalk, Replay

pytestmark = pytest.mark.unmeasured

PROGRAMS = Path(__file__).parents[1] / "search" / "programs" / "orders.py"
LOST = f"{PROGRAMS}::lost21"

ALL_OF_THEM = """
import json, sys
from duckrace._scenario import resolve
from duckrace._session import Session
from duckrace._settings import Settings
from duckrace.kernel import machine
from duckrace.kernel.recorder import Steps
from duckrace.search import Replay

digests = []
with Session(resolve(sys.argv[1]), Settings()) as session:
    for decisions in json.load(sys.stdin):
        steps, follow = Steps(), Replay(decisions)
        follow.begin(0)
        session.execute(follow.choose, recorder=steps)
        digests.append([machine.over, repr(steps.steps), list(machine.decisions) == decisions])
json.dump(digests, sys.stdout)
"""


@pytest.fixture(scope="module")
def recorded():
    """1,000 executions that hang: (decisions, steps)."""
    found, strategy = [], RandomWalk(11)
    with Session(resolve(LOST), Settings()) as session:
        execution = 0
        while len(found) < 1_000:
            strategy.begin(execution)
            execution += 1
            steps = Steps()
            if session.execute(strategy.choose, recorder=steps) == "hang":
                found.append((list(machine.decisions), steps.steps))
    assert len({repr(steps) for _, steps in found}) > 500
    return found


def test_a_thousand_failing_executions_replay_to_the_same_trace(recorded):
    with Session(resolve(LOST), Settings()) as session:
        for decisions, expected in recorded:
            steps, follow = Steps(), Replay(decisions)
            follow.begin(0)
            assert session.execute(follow.choose, recorder=steps) == "hang"
            assert steps.steps == expected
            assert machine.decisions == decisions


def test_and_in_a_new_process_with_another_hash_seed(recorded):
    done = subprocess.run(
        [sys.executable, "-c", ALL_OF_THEM, LOST],
        input=json.dumps([decisions for decisions, _ in recorded]),
        env=os.environ | {"PYTHONHASHSEED": "123"},
        capture_output=True,
        text=True,
        timeout=100,
        check=True,
    )
    assert json.loads(done.stdout) == [["hang", repr(steps), True] for _, steps in recorded]


def test_another_schedule_gives_another_trace(recorded):
    """The comparison can fail."""
    (decisions, expected), (_, other) = recorded[0], next(r for r in recorded if r[0] != recorded[0][0])
    assert expected != other
    with Session(resolve(LOST), Settings()) as session:
        steps, follow = Steps(), Replay([*decisions[:-1], 1 - (decisions[-1] == 1)])
        follow.begin(0)
        session.execute(follow.choose, recorder=steps)
    assert steps.steps != expected


@pytest.mark.parametrize("seed", range(5))
def test_a_token_replays_the_failure_that_it_came_from(seed):
    found = explore(LOST, executions=200, seed=seed)
    for _ in range(3):
        result = replay(found.failure.schedule)
        assert result.verdict == found.verdict
        assert result.executions == 1
        again = result.failure
        assert (again.message, again.events, again.threads) == (
            found.failure.message,
            found.failure.events,
            found.failure.threads,
        )
        assert again.schedule == found.failure.schedule


def test_a_token_replays_in_a_new_process():
    found = explore(LOST, executions=200).failure
    program = "import sys, duckrace; f = duckrace.replay(sys.argv[1]).failure; print(f.message); print(f.timeline())"
    done = subprocess.run(
        [sys.executable, "-c", program, found.schedule], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == f"{found.message}\n{found.timeline()}\n"


def token_of(decisions, scenario=LOST, **changes):
    settings, reference = Settings(), resolve(scenario)
    with Session(reference, settings) as session:
        token = Exploration(session, settings, RandomWalk(0))._token(decisions)
    held = _token.decode(token)
    if changes:
        held = _token.Token(**{name: changes.get(name, getattr(held, name)) for name in held.__struct_fields__})
    return _token.encode(held)


def test_too_few_decisions(recorded):
    decisions, _ = recorded[0]
    result = replay(token_of(decisions[:-3]))
    assert result.verdict.kind is Kind.NONDETERMINISM
    assert "more choices than the schedule has" in result.failure.message


def test_too_many_decisions(recorded):
    decisions, _ = recorded[0]
    result = replay(token_of([*decisions, 0, 0]))
    assert result.verdict.kind is Kind.NONDETERMINISM
    assert f"left 2 of the {len(decisions) + 2} decisions" in result.failure.message


def test_too_many_decisions_of_a_passing_execution():
    result = replay(token_of([0] * 500, scenario=f"{PROGRAMS}::spins"))
    assert result.verdict.kind is Kind.NONDETERMINISM


def test_a_decision_that_cannot_be_followed(recorded):
    decisions, _ = recorded[0]
    result = replay(token_of([9, *decisions]))
    assert result.verdict.kind is Kind.NONDETERMINISM
    assert "decision 1 runs thread 9, which cannot run there" in result.failure.message


def test_a_passing_execution_replays_to_a_pass():
    with Session(resolve(f"{PROGRAMS}::chan22"), Settings()) as session:
        strategy = RandomWalk(0)
        strategy.begin(0)
        assert session.execute(strategy.choose) == "end"
        decisions = list(machine.decisions)
    result = replay(token_of(decisions, scenario=f"{PROGRAMS}::chan22"))
    assert result.passed
    assert result.outcomes == {4: 1}


def test_a_changed_source_is_refused_unless_forced(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(PROGRAMS.read_text())
    token = explore(f"{program}::lost21", executions=200).failure.schedule
    program.write_text(PROGRAMS.read_text() + "\n# changed\n")
    with pytest.raises(UsageError, match="has changed since"):
        replay(token)
    forced = replay(token, force=True)
    assert forced.verdict.kind is Kind.DEADLOCK
    assert any("has changed" in note for note in forced.notes)


def test_another_python_is_refused_unless_forced(recorded):
    token = token_of(recorded[0][0], python="3.9")
    with pytest.raises(UsageError, match=r"made by Python 3\.9"):
        replay(token)
    assert replay(token, force=True).verdict.kind is Kind.DEADLOCK


def damage(token):
    yield "cut", token[:-5]
    yield "one letter", token[:20] + ("A" if token[20] != "A" else "B") + token[21:]
    yield "without its head", token[4:]
    yield "empty", ""
    yield "words", "not a token"
    yield "version", token.replace("dr1_", "dr2_")
    yield "only a head", "dr1_"
    yield "other letters", "dr1_" + "ä" * 20


@pytest.mark.parametrize("what", [name for name, _ in damage("dr1_" + "A" * 40)])
def test_a_damaged_token_is_refused_in_a_sentence(what, recorded):
    text = dict(damage(token_of(recorded[0][0])))[what]
    with pytest.raises(UsageError) as caught:
        replay(text)
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith(".")


def test_a_token_may_be_pasted_with_quotes_and_line_breaks(recorded):
    token = token_of(recorded[0][0])
    assert _token.decode(f"'{token[:30]}\n  {token[30:]}'\n") == _token.decode(token)


def test_tokens_are_short_and_safe_to_paste(recorded):
    tokens = [token_of(decisions) for decisions, _ in recorded[:5]]
    assert all(len(token) < 300 for token in tokens)
    assert all(token.replace("-", "").replace("_", "").isalnum() for token in tokens)
