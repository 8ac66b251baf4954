"""The sequential programs of row ``conformance``, drawn by Hypothesis.

A rule appends one call and steps the model, which tells the next rules what can be called: a handle that lives, a
receiver that nobody is inside of. Nothing runs until the program is complete. Rules choose by small numbers, so that
Hypothesis shrinks towards the first handle and the plainest call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import Any, Final

from hypothesis import HealthCheck, Phase, Verbosity, configuration, seed, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from hypothesis.strategies import sampled_from

from duckrace.plugins._load import Subject
from duckrace_models import RECEIVER, State, model_for

from ._profile import Profile
from .programs._future import futures

LONG: Final = 1.0  # seconds of simulated time that a timed call waits
WAIT: Final = 2.0  # and the pause that ends all of them
BLOCKED: Final = 4  # calls that may be blocked at once
SENDERS: Final = 4
HEALTHY: Final = (HealthCheck.data_too_large, HealthCheck.filter_too_much, HealthCheck.too_slow)
OPEN: Final = 6  # calls before the channel may be closed

Run = Callable[[int | None, tuple[tuple[Any, ...], ...]], None]


def draw(subject: Subject, profile: Profile, seed_: int, run: Run) -> None:
    """Draw programs and call `run` with each. Raises what `run` raised for the shortest."""
    machine: Any = type("Programs", (Programs,), {"subject": subject, "run": staticmethod(run)})
    with no_traces():
        run_state_machine_as_test(
            seed(seed_)(machine),
            settings=settings(
                max_examples=profile.examples,
                stateful_step_count=profile.calls,
                deadline=None,
                database=None,
                phases=(Phase.generate, Phase.shrink),
                print_blob=False,
                report_multiple_bugs=False,
                suppress_health_check=HEALTHY,
                verbosity=Verbosity.quiet,
            ),
        )


@contextmanager
def no_traces() -> Iterator[None]:
    """Hypothesis keeps notes in the working directory; a check leaves none behind."""
    home = "__hypothesis_home_directory"
    before = getattr(configuration, home, None)
    with TemporaryDirectory(prefix="duckrace-") as folder:
        configuration.set_hypothesis_home_dir(folder)
        try:
            yield
        finally:
            configuration.set_hypothesis_home_dir(before)


PICK: Final = sampled_from(range(SENDERS))
ODD: Final = sampled_from((False, False, False, True))  # now and then a message that is falsy
TIMES: Final = sampled_from((LONG, 0.0))


class Programs(RuleBasedStateMachine):
    """One program: what was called so far, and every state that the channel may be in."""

    subject: Subject
    run: Run

    def __init__(self) -> None:
        super().__init__()
        self.capacity: int | None = None
        self.steps: list[tuple[Any, ...]] = []
        self.states: list[State] = []
        self.dropped: list[str] = []
        self.clones = 0

    def teardown(self) -> None:
        if self.steps:
            self.run(self.capacity, tuple(self.steps))

    # -- what can be called -----------------------------------------------------------------------------

    def living(self) -> list[str]:
        """The senders that live. Dropping is never undecided, so any state will do."""
        return sorted(map(str, self.states[0].senders))

    def blocked(self) -> int:
        return max(len(state.pending) for state in self.states)

    def busy(self, handle: str) -> bool:
        """May some call be inside of this handle?"""
        return any(p.call.handle == handle for state in self.states for p in state.pending)

    def can_send(self) -> bool:
        return bool(self.states) and bool(self.living()) and self.blocked() < BLOCKED

    def can_receive(self) -> bool:
        return bool(self.states) and self.states[0].receiver and not self.busy(RECEIVER)

    def can_close(self) -> bool:
        """Late: a closed channel has little left to show, and what an early drop would show is found by shortening."""
        return len(self.steps) >= OPEN and self.can_receive()

    def idle_senders(self) -> list[str]:
        """Senders that may go."""
        if not self.states or (len(self.living()) == 1 and len(self.steps) < OPEN):
            return []
        return [name for name in self.living() if not self.busy(name)]

    def add(self, *step: Any) -> None:
        self.steps.append(step)
        ways = futures(self.model, self.states, len(self.steps), step)
        self.states = list(dict.fromkeys(way.state for way in ways))

    def message(self, odd: bool) -> object:
        number = len(self.steps) + 1
        return (None, 0, "")[number % 3] if odd else number

    def sender(self, pick: int) -> str:
        living = self.living()
        return living[pick % len(living)]

    @precondition(lambda self: not self.can_send() and not self.can_receive())
    @rule()
    def nothing(self) -> None:
        """There may be nothing left to call, and Hypothesis wants a rule all the same."""

    # -- calls --------------------------------------------------------------------------------------------

    @initialize(pick=sampled_from(range(60)))
    def make(self, pick: int) -> None:
        capacities = self.subject.capacities
        self.capacity = capacities[pick % len(capacities)]
        self.model = model_for(self.capacity)
        self.states = [self.model.initial()]

    @precondition(lambda self: self.can_send())
    @rule(pick=PICK, odd=ODD)
    def send(self, pick: int, odd: bool) -> None:
        self.add("send", self.sender(pick), self.message(odd))

    @precondition(lambda self: self.can_receive())
    @rule()
    def recv(self) -> None:
        self.add("recv")

    @precondition(lambda self: self.can_receive())
    @rule()
    def try_recv(self) -> None:
        self.add("try_recv")

    @precondition(lambda self: self.can_send() and self.capacity is not None and self.subject.claims("try_send"))
    @rule(pick=PICK, odd=ODD)
    def try_send(self, pick: int, odd: bool) -> None:
        self.add("try_send", self.sender(pick), self.message(odd))

    @precondition(lambda self: self.can_send() and self.capacity is not None and self.subject.claims("timeouts"))
    @rule(pick=PICK, odd=ODD, seconds=TIMES)
    def send_timeout(self, pick: int, odd: bool, seconds: float) -> None:
        self.add("send_timeout", self.sender(pick), self.message(odd), seconds)

    @precondition(lambda self: self.can_receive() and self.subject.claims("timeouts"))
    @rule(seconds=TIMES)
    def recv_timeout(self, seconds: float) -> None:
        self.add("recv_timeout", seconds)

    @precondition(
        lambda self: any(
            p.call.operation in ("send_timeout", "recv_timeout") for state in self.states for p in state.pending
        )
    )
    @rule()
    def wait(self) -> None:
        self.add("wait", WAIT)

    @precondition(lambda self: self.can_send() and len(self.living()) < SENDERS and self.subject.claims("clone"))
    @rule(pick=PICK)
    def clone(self, pick: int) -> None:
        self.clones += 1
        self.add("clone", self.sender(pick), f"tx{self.clones + 1}")

    @precondition(lambda self: bool(self.idle_senders()) and self.subject.claims("drop"))
    @rule(pick=PICK)
    def drop_sender(self, pick: int) -> None:
        idle = self.idle_senders()
        self.dropped.append(idle[pick % len(idle)])
        self.add("drop", self.dropped[-1])

    @precondition(lambda self: bool(self.idle_senders()) and self.subject.claims("refcount_drop"))
    @rule(pick=PICK)
    def lose_sender(self, pick: int) -> None:
        idle = self.idle_senders()
        self.add("lose", idle[pick % len(idle)])

    @precondition(lambda self: self.can_close() and self.subject.claims("drop"))
    @rule()
    def drop_receiver(self) -> None:
        self.dropped.append(RECEIVER)
        self.add("drop", RECEIVER)

    @precondition(lambda self: self.can_close() and self.subject.claims("refcount_drop"))
    @rule()
    def lose_receiver(self) -> None:
        self.add("lose", RECEIVER)

    @precondition(lambda self: bool(self.dropped) and not self.busy(self.dropped[-1]))
    @rule(pick=sampled_from(range(3)))
    def use_after_drop(self, pick: int) -> None:
        """Whatever is called on a dropped handle raises DroppedError, and a second drop does nothing (contract 85)."""
        handle = self.dropped[-1]
        if pick == 0:
            self.add("drop", handle)
        elif handle == RECEIVER:
            self.add(("recv", "try_recv")[pick - 1])
        elif pick == 1 or not self.subject.claims("clone"):
            self.add("send", handle, self.message(False))
        else:
            self.clones += 1
            self.add("clone", handle, f"tx{self.clones + 1}")
