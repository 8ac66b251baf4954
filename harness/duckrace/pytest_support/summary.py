"""The last lines of a run: how many tests were explored, how much of each, and what is still open.

It knows reports as every process has them (values that travelled from the workers of xdist, too); it must not
know items.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from _pytest.terminal import TerminalReporter

from duckrace._words import many


def write(terminal: TerminalReporter, reports: Sequence[pytest.TestReport], interrupted: str, hash_seed: str) -> None:
    """Write the lines.  `interrupted` says which test Ctrl-C ended; `hash_seed` is that of this process."""
    told = [(report, dict(report.user_properties)) for report in reports]
    failed = sum(report.failed for report, _ in told)
    tests = len({report.nodeid for report, _ in told})  # some plugins run a test again
    replayed = bool(terminal.config.getoption("duckrace_replay"))
    if told and terminal.config.get_verbosity() > -2:
        terminal.ensure_newline()
        for report, noted in told if terminal.config.get_verbosity() > 0 else ():
            ran = many(int(str(noted["duckrace_executions"])), "execution")
            terminal.write_line(f"duckrace: {report.nodeid}  {noted['duckrace_verdict']}  {ran}")
        notes = [note for _, noted in told for note in str(noted.get("duckrace_notes", "")).splitlines()]
        for note in dict.fromkeys(notes):
            terminal.write_line(f"duckrace: {note}", yellow=True)
        verdicts = [str(noted["duckrace_verdict"]) for _, noted in told]
        executions = sum(int(str(noted["duckrace_executions"])) for _, noted in told)
        line = f"{many(executions, 'execution')} {'replayed' if replayed else _how(verdicts)}, {failed} failed"
        kept, dropped = (
            sum(int(str(noted.get(f"duckrace_{name}", 0))) for _, noted in told) for name in ("kept", "dropped")
        )
        if kept:
            line += f"; {many(kept, 'kept failure')} replayed, {dropped} dropped"
        terminal.write_line(
            f"duckrace: {line}" if replayed else f"duckrace: {many(tests, 'test')} explored, {line}",
            **({"red": True} if failed else {"green": True}),
        )
    if interrupted:
        terminal.ensure_newline()
        terminal.write_line(f"duckrace: interrupted in {interrupted}: nothing is said of that test", yellow=True)
    if failed and not replayed and not hash_seed.isdigit():
        terminal.write_line(
            "duckrace: PYTHONHASHSEED is not set, and a schedule that depends on the order of a set needs the one "
            "that it was found with: set PYTHONHASHSEED=0 where tests must be repeated"
        )


def _how(verdicts: Sequence[str]) -> str:
    """What the passes among these claim: that every interleaving was tried, or all with few preemptions, or samples."""
    passed = [verdict for verdict in verdicts if verdict.startswith("PASSED")]
    exhaustive = sum(verdict == "PASSED(exhaustive)" for verdict in passed)
    bounded = sum(verdict.startswith("PASSED(exhaustive ") for verdict in passed)
    counts = {"exhaustive": exhaustive, "bounded": bounded, "sampled": len(passed) - exhaustive - bounded}
    kinds = {kind: number for kind, number in counts.items() if number} or {"sampled": 0}
    if len(kinds) == 1:
        return f"({next(iter(kinds))})"
    return f"({', '.join(f'{number:,} {kind}' for kind, number in kinds.items())})"
