"""A program of rules as a Python file, which `duckrace explore FILE::scenario` runs.

It knows programs as data, and where the machine is; it must not know how they are run.
"""

from __future__ import annotations

from collections.abc import Iterator

from duckrace._scenario import Reference

from ._kept import Kept
from ._values import Program, Step


def written(program: Program, machine: Reference, granularity: str = "sync") -> str:
    """The file. Its first line is the command that looks for the failure, under the settings that showed it."""
    return "\n".join(_lines(program, machine, granularity))


def _lines(program: Program, machine: Reference, granularity: str) -> Iterator[str]:
    options = f" --granularity {granularity}" if granularity != "sync" else ""
    options += f" --timeouts {program.timeouts}" if program.timeouts != "idle" else ""
    yield f'"""duckrace explore FILE.py::scenario{options}"""'
    yield ""
    used = {one for steps in program.workers for _, pairs in steps for _, one in pairs if isinstance(one, Kept)}
    kept = {(one.thread, one.step) for one in used}
    if machine.search:
        yield "import sys"
        yield ""
    yield "from duckrace.stateful.programs import running"
    yield ""
    if machine.search:
        yield f"sys.path.insert(0, {machine.search[0]!r})"
    first = machine.name.partition(".")[0]
    yield f"from {machine.module} import {first}"
    yield ""
    yield ""
    yield "def scenario():"
    yield f"    run = running({machine.name})"
    yield "    on = run.on"
    names = ["before", *(f"thread_{n}" for n in range(1, len(program.threads) + 1)), "after"]
    for number, (name, steps) in enumerate(zip(names, program.workers, strict=True)):
        if steps:
            yield ""
            yield f"    def {name}():"
            for place, step in enumerate(steps):
                yield f"        {_step(step, number, place, (number, place) in kept)}"
        last = number == len(program.threads)
        together = [names[number]] if number in (0, len(names) - 1) else names[1:-1] if last else []
        if together and (steps or (last and number)):
            yield ""
            yield f"    run.together({', '.join(together)})"
    yield "    run.judge()"
    yield ""


def _step(step: Step, number: int, place: int, kept: bool) -> str:
    name, pairs = step
    arguments = ", ".join(f"{argument}={_value(one)}" for argument, one in pairs)
    call = f"on.{name}({arguments})"
    return f"run.keep({number}, {place}, {call})" if kept else call


def _value(one: object) -> str:
    if not isinstance(one, Kept):
        return repr(one)
    return f"run.kept({', '.join(map(str, one if one.number else one[:2]))})"
