"""Drops that come while somebody else has the lock, or while somebody waits, and are not what they should be."""

from __future__ import annotations

from typing import Any

from channels import Mutant
from editing import edited

from duckrace.channels import _exit
from duckrace.channels._buffered import BufferedCore
from duckrace.channels._core import Core


class DropForgotten(Core[Any]):
    """A drop that finds the lock taken is forgotten."""

    _submit = edited(Core._submit, ("self.deferred.append(change)", "pass"))


class DeferredCountsTwice(Core[Any]):
    """A sender's drop that was left to the holder of the lock counts twice."""

    def _apply_deferred(self) -> None:
        senders = self.senders
        super()._apply_deferred()
        self.senders -= senders - self.senders


class NoSecondTry(Core[Any]):
    """A drop that found the lock taken does not try once more: the holder may have looked just before."""

    _submit = edited(Core._submit, ("self.settle()", "if not self.deferred:\n            self.settle()"))


class SleepsOverADrop(Core[Any]):
    """A call goes to sleep without a look at the drops that came while it had the lock."""

    def _sleep(self, waiter: Any, deadline: float) -> None:
        _exit.sleep(waiter, self, deadline)


class DropSeenLate(Core[Any]):
    """A send does not look for drops that were left to the holder of the lock: one that has returned is not seen."""

    put = edited(Core.put, ("self._apply_deferred()", "pass"))


class ClosedBeforeDrained(BufferedCore[Any]):
    """A receive that waited looks for senders before it looks into the buffer."""

    take = edited(
        Core.take,
        ("value = self._try_take()", "value = self._try_take() if waiter is None or self.senders else WAIT"),
    )


class SendsToNobody(BufferedCore[Any]):
    """A send that waited does not look whether the receiver has gone: the buffer that went with it has room."""

    put = edited(Core.put, ("elif not self.receivers:", "elif not self.receivers and waiter is None:"))


drop_forgotten = Mutant(DropForgotten)
deferred_counts_twice = Mutant(DeferredCountsTwice)
no_second_try = Mutant(NoSecondTry)
sleeps_over_a_drop = Mutant(SleepsOverADrop)
drop_seen_late = Mutant(DropSeenLate)
closed_before_drained = Mutant(ClosedBeforeDrained)
sends_to_nobody = Mutant(SendsToNobody)
