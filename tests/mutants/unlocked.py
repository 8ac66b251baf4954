"""What is looked at outside of the lock, or in two sections of it, and is no longer so when it is used."""

from __future__ import annotations

from typing import Any

from channels import Mutant
from editing import edited

from duckrace.channels._buffered import BufferedCore
from duckrace.channels._core import Core
from duckrace.channels._deadline import NOW
from duckrace.channels._refusal import CLOSED, EXPIRED


class SendersReadOutside(Core[Any]):
    """A receive reads the number of senders before it takes the lock, and sleeps although the last one has gone."""

    take = edited(
        Core.take,
        ("with self.lock:", "senders = self.senders\n                with self.lock:"),
        ("and not self.senders:", "and not senders:"),
    )


class EmptyThenClosed(Core[Any]):
    """A receive finds nothing, then asks whether the channel is closed: what came in between is passed over."""

    def take(self, seat: Any, deadline: float) -> Any:
        value = super().take(seat, NOW)
        if value is not EXPIRED:
            return value
        if self.look(seat) is True:
            return CLOSED
        return super().take(seat, deadline)


class RoomSeenOutside(BufferedCore[Any]):
    """A send that saw room before it took the lock does not look again: there are more messages than fit."""

    put = edited(
        Core.put,
        ("with self.lock:", "room = len(self.buffer) < self.bound\n                with self.lock:"),
        (
            "refusal = self._try_put(value)",
            """bound, self.bound = self.bound, self.bound + room * len(self.buffer)
                        refusal = self._try_put(value)
                        self.bound = bound""",
        ),
    )


class ReceiverSeenOutside(Core[Any]):
    """A send looks before it takes the lock whether there is a receiver, and waits for one that has gone."""

    put = edited(
        Core.put,
        ("with self.lock:", "receivers = self.receivers\n                with self.lock:"),
        ("elif not self.receivers:", "elif not receivers:"),
    )


class CloneCountReadOutside(Core[Any]):
    """A clone reads the number of senders before it takes the lock, and writes one more inside."""

    admit = edited(
        Core.admit,
        ("with self.lock:", "senders = self.senders\n            with self.lock:"),
        ("self.senders += 1", "self.senders = senders + 1"),
    )


class DropCountReadOutside(Core[Any]):
    """A sender's drop reads the number of senders before it has the lock: of two at once, one is not counted."""

    drop = edited(
        Core.drop,
        ("def close() -> None:", "senders = self.senders\n\n        def close() -> None:"),
        (
            "self._close(seat)",
            """if seat.open and seat.role == "sender":
                self.senders = senders
            self._close(seat)""",
        ),
    )


class BothReceive(Core[Any]):
    """Whether another call is inside of the receiver is looked at before the lock is taken: two get in at once."""

    take = edited(
        Core.take,
        ("with self.lock:", "busy = seat.inside is not waiter\n                with self.lock:"),
        ("elif seat.inside is not waiter:", "elif busy:"),
    )


senders_read_outside = Mutant(SendersReadOutside)
empty_then_closed = Mutant(EmptyThenClosed)
room_seen_outside = Mutant(RoomSeenOutside)
receiver_seen_outside = Mutant(ReceiverSeenOutside)
clone_count_read_outside = Mutant(CloneCountReadOutside)
drop_count_read_outside = Mutant(DropCountReadOutside)
both_receive = Mutant(BothReceive)
