"""Row ``transitions``: every transition of the spec. Paths that go through all of them are driven on the channel.

For each configuration (``duckrace_specs``, the runs ``graph/...``) walks are chosen one after another, each through a
transition that is not covered yet. A transition is *covered* when the channel has followed a walk through it: every
call ended when it was its turn, and with the answer of the walk. Whatever else the channel does is judged by its model.
So is what it does when somebody is held at another point of his call: that leads to other places, or to none.

A transition that no walk has led to is no fault, and the row no pass. Only the *optional* ones may be missing: those
that need a receive refused because of one that does not have to wait. The reference channel has few of these, for it
looks for others and for a message under one lock. They are tried all the same, and counted apart.

It keeps no corpus: it drives everything anyway.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Final

from duckrace._data import Failure, Kind, Row, Verdict
from duckrace._words import many
from duckrace.formal._transitions import Transitions, transitions

from ._broken import of_operation, statements
from ._configurations import configurations
from ._covering import Covering, Ended, Failing, ends_by_line
from ._run import Run
from ._steering import Driver, places
from ._suite import made_by, not_claimed
from .programs._allowed import BLOCK
from .programs._calls import words

NAME: Final = "transitions"
NEEDS: Final = ("unbounded", "bounded", "rendezvous", "clone", "drop", "guarded", "timeouts", "try_send")
FIRST: Final = 3  # transitions that are shown of those that were not covered


def check(run: Run) -> Row:
    """Cover the transitions of the profile's configurations."""
    started = time.perf_counter()
    graphs = {name: transitions(menu) for name, menu in configurations(run.subject, run.profile.transitions).items()}
    driver = Driver(run.subject)
    total = sum(len(graph.required()) for graph in graphs.values())
    options = sum(len(graph.steps) for graph in graphs.values()) - total
    covering = Covering(NAME, run, driver, graphs, total=total, options=options)
    run.tell(NAME, 0, covering.total)
    if not graphs:
        covering.verdict = Verdict(kind=Kind.SKIPPED, detail="nothing of it is claimed")
    elif run.cut:
        covering.verdict = run.out_of_budget(f"0 of {many(covering.total, 'transition')}")
    else:
        with driver:
            try:
                covering.go()
            except Ended:
                pass
            except KeyboardInterrupt:
                run.interrupted = True
                covering.verdict = run.out_of_budget(f"{covering.covered:,} of {many(covering.total, 'transition')}")
    run.tell(NAME, covering.covered, covering.total)
    failure, program, broken = _failure(covering)
    return Row(
        name=NAME,
        verdict=covering.verdict,
        covered=_covered(covering) if graphs else "nothing of it is claimed",
        executions=driver.executions,
        seconds=time.perf_counter() - started,
        failure=failure,
        program=program,
        skipped=not_claimed(run.subject, NEEDS),
        statements=statements(broken),
    )


def _covered(covering: Covering) -> str:
    optional = f", {covering.taken:,} of {covering.options:,} optional ones" if covering.options else ""
    return (
        f"{covering.covered:,} of {many(covering.total, 'transition')}{optional}, "
        f"{many(len(covering.graphs), 'configuration')}, {many(covering.walks, 'path')}, "
        f"{many(covering.driver.executions, 'execution')}"
    )


def _failure(covering: Covering) -> tuple[Failure | None, str, tuple[int, ...]]:
    """What is shown of it: the failure with its token, the path in words, the statements that are broken."""
    failing = covering.failing
    if failing is None:
        missing = [f"{name}: {_told(covering.graphs[name], number)}" for name, number in covering.missing[:FIRST]]
        more = [f"and {len(covering.missing) - FIRST:,} more"] if len(covering.missing) > FIRST else []
        return None, "\n".join(["not reached:", *missing, *more]) if missing else "", ()
    failure, story = covering.driver.told(failing.menu, failing.script, failing.decisions), _story(failing)
    if failure is None:
        covering.verdict = Verdict(kind=Kind.NONDETERMINISM, detail="a path that failed does not fail again")
        return None, story, ()
    wrong = failing.wrong
    if wrong is None or wrong.message not in failure.message:
        covering.verdict = Verdict(kind=failure.kind)
        return failure, story, ()
    broken = of_operation(wrong.operation, "blocks" if wrong.must == BLOCK else wrong.must)
    return replace(failure, message=wrong.message, traceback="", explanation=""), story, broken


def _story(failing: Failing) -> str:
    """The path in words, a line each."""
    menu, one = failing.menu, failing.script
    ends = ends_by_line(failing.events)
    senders, _ = places(menu)
    first, *others = senders
    clones = "".join(f"; {name} = {first}.clone()" for name in others)
    told = [f"{first}, rx = {made_by(menu.capacity)}{clones}"]
    for number, (caller, step, _, paused) in enumerate(one.lines):
        guidance = one.guidance[number]
        if caller is None:
            does = "time passes"
        elif step is None:
            does = f"{caller}  goes on"
        elif paused:
            does = f"{caller}  is about to call {words(step)}"
        else:
            does = f"{caller}  {words(step)}"
        if guidance.depth is not None:
            does += f", held after {many(guidance.depth, 'schedule point')}"
        came = ", ".join(f"{who} → {word}" for who, word in ends.get(number, ()))
        told.append(f"{number + 1:2}  {does}{':  ' + came if came else ''}")
    return "\n".join(told)


def _told(graph: Transitions, number: int) -> str:
    """A transition in words."""
    step = graph.steps[number]
    state = graph.states[step.source]
    inside = ", ".join(
        f"{p.call.caller} {p.phase} in {p.call.operation}" for p in state.pending if p.call.caller != step.caller
    )
    call = step.call or next(p.call for p in state.pending if p.call.caller == step.caller)
    while_ = f" while {inside}" if inside else ""
    return f"{step.action} of {step.caller}'s {call.operation} with {list(state.buffer)} in the buffer{while_}"
