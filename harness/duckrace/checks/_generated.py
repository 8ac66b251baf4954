"""The rows that draw parallel programs: ``linearizable`` and ``blocked``.

Hypothesis draws programs and schedules (`duckrace.stateful`), the simulated machine runs them, and what the threads saw
is judged by the models. What fails is shrunk, program and schedule together, and told as a Python file.

What nobody could decide is counted, said, and no pass.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Final

from hypothesis import Phase, Verbosity, settings

from duckrace._corpus import Fate, Kept, key_of
from duckrace._data import Failure, Kind, Row, Statement, Verdict
from duckrace._exploration import Exploration
from duckrace._session import Session
from duckrace._settings import TIMEOUTS
from duckrace._token import decode
from duckrace.histories import Violation, Wrong
from duckrace.histories._draw import called, lanes, shown
from duckrace.kernel import machine
from duckrace.search import Replay, Strategy
from duckrace.stateful._channel_trial import ChannelTrial
from duckrace.stateful._channels import Channels, Size
from duckrace.stateful._drawing import Drawing
from duckrace.stateful._fewer import smallest
from duckrace.stateful._hunt import HEALTHY, Hunt
from duckrace.stateful._trial import Seen, Stopped
from duckrace.stateful._values import Case, Program
from duckrace.stateful._written import written

from ._broken import statements
from ._drawn import no_traces
from ._profile import Programs
from ._run import Run
from ._suite import not_claimed

NEEDS: Final = ("unbounded", "bounded", "rendezvous", "clone", "try_send", "timeouts", "drop", "refcount_drop")
SHRINKS: Final = 3_000  # programs that Hypothesis may run once one has failed
SHOWS: Final = {
    Wrong.INVENTED: (12,),
    Wrong.REPEATED: (12,),
    Wrong.ORDER: (10, 11),
    Wrong.LOST: (10, 12),
    Wrong.NOT_EMPTY: (29, 32),
    Wrong.HIDDEN: (30,),
    Wrong.EARLY_CLOSE: (32, 48),
    Wrong.LATE_EMPTY: (31, 32),
    Wrong.CLOSE: (32,),
    Wrong.LOST_WAKEUP: (18, 29, 31),
    Wrong.NEVER_WAITS: (22, 32),
    Wrong.RECEIVER_CLOSE: (17,),
    Wrong.FULL: (22,),
    Wrong.CAPACITY: (2,),
    Wrong.NO_MEETING: (20, 25),
    Wrong.UNEXPLAINED: (11,),
}
"""What a violation shows to be broken."""


class Enough(KeyboardInterrupt):
    """The deadline, or Ctrl-C: Hypothesis lets it through."""


class Fails(Exception):
    """What Hypothesis looks for a smaller case of."""


class Generated:
    """One row."""

    def __init__(self, name: str, run: Run, counts: Programs, examples: int, *, waits: bool) -> None:
        """`examples`: programs. `waits`: of `ChannelTrial`."""
        self.name = name
        self.run = run
        self.examples = examples
        self.samples = counts.samples
        self.trial = ChannelTrial(run.subject, waits=waits)
        self.channels = Channels(
            run.subject, Size(threads=counts.threads, operations=counts.operations, around=counts.around)
        )
        self.programs = 0
        self.failing: tuple[Case, Seen] | None = None
        self.shrinks = 0
        self.failure: Failure | None = None
        self.program = ""
        self.broken: tuple[Statement, ...] = ()
        self.fates: list[tuple[Kept, Fate]] = []

    # -- what a hunt asks for ---------------------------------------------------------------------------

    def draw(self, drawing: Drawing) -> Program:
        return self.channels(drawing)

    def check(self, case: Case) -> None:
        """Run a case. Raises Fails, and Enough if there is no time for more."""
        run = self.run
        self.shrinks += self.failing is not None
        if run.cut or self.shrinks > SHRINKS:
            raise Enough
        seen = self.trial.case(case)
        if seen.kind == "wrong":
            self.failing = case, seen
            raise Fails
        if self.failing is None:
            self.programs += bool(case.program.threads)
            if self.programs % 25 == 0:
                with self.trial.session.outside():
                    run.tell(self.name, min(self.programs, self.examples), self.examples)

    def sampled(self, program: Program, strategy: Strategy, samples: int) -> Case | None:
        found = self.trial.sampled(program, strategy, samples)
        self.failing = found or self.failing
        return None if found is None else found[0]

    def in_time(self) -> bool:
        return not self.run.cut

    # -- the row ------------------------------------------------------------------------------------------

    def row(self) -> Row:
        started = time.perf_counter()
        run = self.run
        skipped = not_claimed(run.subject, NEEDS)
        run.tell(self.name, 0, self.examples)
        ending = "failed" if self._again() else self._hunted()
        run.tell(self.name, self.examples if ending == "all" else self.programs, self.examples)
        verdict = self._verdict(ending)
        self._keep()
        return Row(
            name=self.name,
            verdict=verdict,
            covered=self._covered(),
            executions=self.trial.executions,
            seconds=time.perf_counter() - started,
            failure=self.failure,
            program=self.program,
            skipped=skipped,
            statements=self.broken,
        )

    def _hunted(self) -> str:
        """Draw and run; ``all``, ``failed`` or ``cut``."""
        run = self.run
        if run.cut:
            return "cut"
        options = settings(
            max_examples=self.examples,
            deadline=None,
            database=None,
            phases=(Phase.generate, Phase.shrink),
            print_blob=False,
            report_multiple_bugs=False,
            suppress_health_check=HEALTHY,
            verbosity=Verbosity.quiet,
        )

        def prepare(test: object) -> None:
            vars(test).update(
                _hypothesis_internal_database_key=self.name.encode(), _hypothesis_internal_use_seed=run.seed
            )

        hunt = Hunt(self, samples=self.samples)
        with self.trial, no_traces():
            try:
                try:
                    hunt.run(options, prepare)
                except Fails:
                    if hunt.failed is not None:
                        self.failing = hunt.failed, self.trial.case(hunt.failed)
                        case = smallest(self.trial, hunt.failed, self.in_time)
                        self.failing = case, self.trial.case(case)
                    return "failed"
            except Enough:
                return "failed" if self.failing is not None else "cut"
            except Stopped:
                run.interrupted |= machine.over == "interrupt" or machine.interrupted
                return "cut" if run.interrupted else "stopped"
            except KeyboardInterrupt:
                run.interrupted = True
                return "failed" if self.failing is not None else "cut"
        return "all"

    def _verdict(self, ending: str) -> Verdict:
        trial, run = self.trial, self.run
        if ending == "failed":
            return self._failed()
        if ending == "stopped":
            assert trial.stopped is not None
            self.failure = trial.replayed(*trial.stopped)
            kind = self.failure.kind if self.failure is not None else Kind.UNCONTROLLED
            return Verdict(kind=kind)
        if ending == "cut":
            return run.out_of_budget(f"{self.programs:,} of {self.examples:,} programs")
        undecided = sum(trial.undecided.values())
        if undecided:
            why, count = trial.undecided.most_common(1)[0]
            more = f", and {undecided - count:,} for other reasons" if undecided > count else ""
            return Verdict(kind=Kind.BUDGET, detail=f"{count:,} histories are not decided: {why}{more}")
        return Verdict(kind=Kind.PASSED, detail=f"sampled {trial.executions:,}")

    def _failed(self) -> Verdict:
        """The smallest case, told."""
        detail = "lost wake-up" if self.trial.waits else "not linearizable"
        if self.failing is None:  # one of the corpus, which is told already
            return Verdict(kind=Kind.FAILED, detail=detail)
        case, seen = self.failing
        failure = self.trial.told(case)
        if failure is None:
            return Verdict(kind=Kind.NONDETERMINISM, detail="a program that failed does not fail again")
        self._tell(case.program, failure, seen)
        return Verdict(kind=failure.kind, detail=detail if failure.kind is Kind.FAILED else "")

    def _tell(self, program: Program, failure: Failure, seen: Seen | None) -> None:
        message = failure.message.removeprefix("NotLinearizable: ").rpartition(" in ")[0]
        message = message or failure.message
        judgement = seen.judgement if seen is not None else None
        violation = judgement.violation if judgement is not None else None
        explained = witness(violation) if violation is not None else ""
        self.failure = replace(failure, message=message, explanation=explained, traceback="")
        self.program = written(
            program,
            self.run.subject.reference,
            waits=self.trial.waits,
            said=f"{message[:1].upper()}{message[1:]}.",
            token=failure.schedule,
        ).rstrip()
        self.broken = statements(SHOWS[violation.kind] if violation is not None else (11,))

    def _covered(self) -> str:
        trial = self.trial
        found = f"{self.programs:,} programs, {trial.executions:,} executions, "
        if trial.waits:
            found += f"{trial.waiting:,} waiting calls justified"
        else:
            found += f"{trial.operations:,} operations judged"
        undecided = sum(trial.undecided.values())
        return found + (f", {undecided:,} histories not decided" if undecided else "")

    # -- failures of earlier runs -------------------------------------------------------------------------

    def _again(self) -> bool:
        """Replay what the corpus has kept of this row: is there one that still fails?"""
        corpus, trial = self.run.corpus, self.trial
        if corpus is None:
            return False
        settings = [replace(trial.settings, timeouts=timeouts) for timeouts in TIMEOUTS]
        for one in corpus.kept(key_of(trial.reference), *settings)[0]:
            if self.run.cut:
                break
            calls = one.token.arguments[len(trial.reference.arguments) :]
            if len(calls) != 5:
                self.fates.append((one, Fate.UNCLEAR))  # of a release with other arguments
                continue
            program = program_of(calls, one.token.timeouts)
            with Session(trial.reference_of(program), trial.settings_of(program)) as session:
                exploration = Exploration(session, trial.settings_of(program), Replay(()), alone=True)
                exploration.again([one], keep_going=False)
            self.fates += exploration.fates
            failure = exploration.result(1).failure
            if failure is not None and any(fate is Fate.FAILS for _, fate in exploration.fates):
                told = trial.replayed(program, decode(failure.schedule).threads())
                self._tell(program, told or failure, None)
                return True
        return False

    def _keep(self) -> None:
        corpus, reference = self.run.corpus, self.trial.reference
        if corpus is not None:
            name = f"{reference.text} with {self.run.subject.name}"
            corpus.settle(key_of(reference), name, self.fates, [self.failure] if self.failure is not None else [])


def witness(violation: Violation) -> str:
    """What is to be said after the first line: a story where there is one, otherwise the calls that show it."""
    story = violation.explanation.partition("\n")[2].strip()
    operations = violation.operations
    if story or not operations:
        return story
    drawn = lanes(operations)
    if violation.kind is Wrong.LOST_WAKEUP and len(operations) > 1:
        waits, woken_by = operations[0], operations[-1]
        by = f"{woken_by.process}, {shown(woken_by)}, should have woken {waits.process}: {called(waits.what)}"
        drawn = f"{by}.\n\n{drawn}"
    return drawn


def program_of(calls: tuple[object, ...], timeouts: str) -> Program:
    """The program in a token: its last arguments, and a setting."""
    capacity, senders, before, threads, after = calls

    def steps(part: object) -> tuple[tuple[object, ...], ...]:
        return tuple(map(tuple, part))  # type: ignore[call-overload]

    return Program(
        capacity=capacity,  # type: ignore[arg-type]
        senders=tuple(senders),  # type: ignore[arg-type]
        before=steps(before),
        threads=tuple(map(steps, threads)),  # type: ignore[call-overload]
        after=steps(after),
        timeouts=timeouts,
    )
