"""Happens-before: which steps of an execution are ordered, and which of them race (exploration.md A.1, A.4, E).

Two steps are dependent if they are of one thread, or touch one object and one of them writes it. Happens-before is the
transitive closure, a vector clock per step. What enables a step orders it without a race: the start of its thread, the
end of a thread that it joins, the notification that woke it, the release of a lock, and all steps before the moment at
which time moved, since that is when nobody could go on.

A blocking acquire races with the last acquire of its lock, never with the release between them: it could not have come
before the release, but before the acquire. A try that fails reads the lock, every other operation on it writes it.
Where timers fire freely, setting one and reading the clock read it, and what fires writes it: if anybody reads it. A
wait for a notification that may run out of time reads its waiter, the notification writes it. A collection depends on
all steps.
Of a SimpleQueue, puts write one end and gets the other; a get comes after the put of its item, and races with it only
where it would not have waited. What finds the queue empty reads both ends.

It knows the operations of the kernel; it must not know which executions there are, or why.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import Any, Final, TypeAlias

from duckrace.kernel import SimThread, machine
from duckrace.kernel.collector import COLLECT
from duckrace.kernel.locks import ACQUIRE, LOCKED, RELEASE, TRY, WAIT, QuietLock
from duckrace.kernel.machine import CLOCK, END, JOIN, LATE, SLEEP, START, TIMER
from duckrace.kernel.shared import READ, WRITE, Location, locations
from duckrace.kernel.shared import Access as Shared
from duckrace.kernel.shared.locations import Parts
from duckrace.kernel.simplequeue import GET, PUT, SIZE
from duckrace.kernel.threads import ALIVE, IS_SET

Access: TypeAlias = tuple[int, bool]  # object, whether it is written
Redo: TypeAlias = tuple[Any, int, int]  # of a step that may do something else in another place: how, objects
Accesses: TypeAlias = tuple[Access, ...]
Clock: TypeAlias = list[int]

NONE: Final[Accesses] = ()
ANY: Final[Accesses] = ((-1, True),)  # of a step of which it is not known what it would touch
OPEN: Final[Redo] = ("open", 0, 0)  # of a step whose accesses depend on what it reads on its way


def dependent(one: Accesses, other: Accesses) -> bool:
    """Do steps of two threads with these accesses depend on each other?"""
    if one is ANY or other is ANY:
        return True
    for key, writes in one:
        for other_key, other_writes in other:
            if key == other_key and (writes or other_writes):
                return True
    return False


class Order:
    """The steps of one execution, in parallel lists by step; :meth:`cut` goes back to an earlier one.

    ``clock[i][t]`` is how many steps of thread ``t`` happened before step ``i``, itself included. ``base[i]`` leaves
    out what step ``i`` is ordered after by a race or a release only. ``races`` are pairs of steps (earlier, later).
    """

    def __init__(self) -> None:
        self.tid: list[int] = []
        self.accesses: list[Accesses] = []
        self.clock: list[Clock] = []
        self.base: list[Clock] = []
        self.number: list[int] = []  # of the step among those of its thread, from 0
        self.redo: list[Redo | None] = []  # of tries and gets
        self.takes: list[bool] = []  # it took a lock
        self.races: list[tuple[int, int]] = []
        self._at: list[int] = []  # machine.steps when it was made
        self._now: list[int] = []  # machine.now
        self._floor: list[Clock | None] = []  # what came before time moved last, or a collection
        self._collected = False  # the last step was a collection, on which all that follows depends
        self._threads: dict[tuple[int, ...], int] = {}
        self._keys: dict[object, int] = {}
        self._width = 4
        self._last: dict[int, int] = {}  # thread -> its last step
        self._started: dict[int, int] = {}  # thread -> the step that started it
        self._written: dict[int, int] = {}  # object -> step that wrote it last
        self._read: dict[int, tuple[int, ...]] = {}  # object -> steps that read it since
        self._taken: dict[int, int] = {}  # lock -> step that took it last
        self._puts: dict[int, tuple[int, ...]] = {}  # far end of a queue -> steps that put
        self._gets: dict[int, int] = {}  # near end of a queue -> items taken
        self._before: dict[int, bool] = {}  # location -> its content before the first step that could change it
        self._leaves: dict[tuple[int, int], bool | None] = {}  # step, location -> its content afterwards
        self._undo: list[tuple[int, dict[Any, Any], Any, Any]] = []

    # -- identities ---------------------------------------------------------------------------------------

    def thread(self, path: tuple[int, ...]) -> int:
        """A small number for a thread, the same in every execution."""
        number = self._threads.get(path)
        if number is None:
            number = self._threads[path] = len(self._threads)
            while number >= self._width:
                for clock in (*self.clock, *self.base, *self._floor):
                    if clock is not None and len(clock) == self._width:
                        clock += [0] * 4
                self._width += 4
        return number

    def key(self, obj: Any, part: str = "") -> int:
        """A small number for an object, the same in every execution: who made it, and as which of theirs."""
        creator = obj.creator
        name = (id(obj) if creator is None else (creator.path, obj.number), part)
        return self._keys.setdefault(name, len(self._keys))

    def _waiter(self, lock: QuietLock) -> int:
        """The same for what is notified, where that may come too late."""
        return self.key(lock, "waiter")

    # -- a step ---------------------------------------------------------------------------------------------

    def step(self, thread: SimThread, op: str, obj: Any) -> None:
        """`thread` does `op` on `obj`, now."""
        me = self._threads.get(thread.path)
        if me is None:
            me = self.thread(thread.path)
        index = len(self.tid)
        clock = self._begun(me, thread, op, obj)
        accesses, blocking, redo = self._accesses(thread, op, obj)
        self._undo.append((index, self._last, me, self._last.get(me)))
        self._last[me] = index
        clock[me] = number = clock[me] + 1
        self.tid.append(me)
        self.number.append(number - 1)
        self.base.append(clock[:] if accesses else clock)
        self.clock.append(clock)
        self.accesses.append(accesses)
        self.redo.append(redo or (OPEN if accesses and locations.calls else None))
        self.takes.append(blocking or (redo is not None and redo[0] == TRY and accesses[0][1]))
        self._at.append(machine.steps)
        if op is READ or op is WRITE:
            self._note_states(index, obj)
        if op is START:
            self._set(self._started, self.thread((*thread.path, thread.spawned + 1)), index)
        if accesses:
            if redo is not None and op is GET and accesses[0][1]:
                self._takes_item(index, redo)
                return
            for key, writes in accesses:
                self._touch(index, key, writes, blocking)
            if op is PUT:
                self._set(self._puts, accesses[0][0], (*self._puts.get(accesses[0][0], ()), index))

    def _takes_item(self, index: int, redo: Redo) -> None:
        """The get comes after the put of its item; one that did not have to wait races with it."""
        kind, near, far = redo
        count = self._gets.get(near, 0)
        self._touch(index, near, True, False, put=self._puts[far][count], raced=kind == TRY)
        self._set(self._gets, near, count + 1)

    def wrote(self, obj: Any) -> None:
        """The thread that made the last step writes the flag of an Event, or notifies a waiter, as a part of it."""
        index = len(self.tid) - 1
        access = (self._waiter(obj) if isinstance(obj, QuietLock) else self.key(lock_of(obj), "flag"), True)
        if access not in self.accesses[index]:
            if self.base[index] is self.clock[index]:
                self.base[index] = self.clock[index][:]
            self.accesses[index] = (*self.accesses[index], access)
            self._touch(index, *access, False)

    def _begun(self, me: int, thread: SimThread, op: str, obj: Any) -> Clock:
        """The clock of what enabled the step."""
        previous = self._last.get(me)
        if previous is not None:
            clock = self.clock[previous][:]
        else:
            start = self._started.get(me)
            clock = self.clock[start][:] if start is not None else [0] * self._width
        floor = self._floor[-1] if self._floor else None
        moved = bool(self._now) and machine.now != self._now[-1] and not machine.free
        if moved or op is COLLECT or self._collected:
            floor = [0] * self._width
            for last in self._last.values():
                _join(floor, self.clock[last])
        self._collected = op is COLLECT
        self._floor.append(floor)
        self._now.append(machine.now)
        if floor is not None:
            _join(clock, floor)
        if op is JOIN and obj.done:
            end = self._last.get(self.thread(obj.path))
            if end is not None:
                _join(clock, self.clock[end])
        elif op is WAIT and not thread.expired and not (machine.free and thread.timer):
            _join(clock, self.clock[bisect_right(self._at, obj.freed) - 1])
        return clock

    def _accesses(self, thread: SimThread, op: str, obj: Any) -> tuple[Accesses, bool, Redo | None]:
        """What the step touches, whether it is a blocking acquire, and what it needs to be done elsewhere."""
        if op is ACQUIRE:
            return (((self.key(obj), True),), True, None) if not thread.expired else (NONE, False, None)
        if op is RELEASE:
            return ((self.key(obj), True),), False, None
        if op is TRY:
            key = self.key(obj)
            return ((key, obj.owner is None),), False, (TRY, key, key)
        if op is LOCKED:
            return ((self.key(obj), False),), False, None
        if op is READ or op is WRITE:
            state = obj.state()
            return (
                self._of_parts(obj.touched()),
                False,
                (obj, key := self._of_location(state[0]), key) if state else None,
            )
        if op is END or op is ALIVE:
            who = self._keys.setdefault(("end", obj.path), len(self._keys))
            return ((who, op is END),), False, None
        if op is IS_SET:
            return ((self.key(lock_of(obj), "flag"), False),), False, None
        if op is PUT:
            return ((self.key(obj, "far"), True),), False, None
        if machine.free:
            if op is WAIT:
                return (((self._waiter(obj), False),) if thread.timer else NONE), False, None
            if machine.timed and (op is TIMER or op is CLOCK or op is LATE or op is SLEEP):
                clock = self._keys.setdefault("clock", len(self._keys))
                return ((clock, op is LATE or op is SLEEP),), False, None
        if (op is GET or op is SIZE) and not thread.expired:
            near, far = self.key(obj, "near"), self.key(obj, "far")
            waits = thread in obj.waiting
            if op is GET and (waits or obj._items):
                return ((near, True),), False, (GET if waits else TRY, near, far)
            return ((near, False), (far, False)), False, (TRY, near, far) if op is GET else None
        return NONE, False, None

    def _of_parts(self, parts: Parts) -> Accesses:
        return tuple([(self._of_location(location), writes) for location, writes in parts])

    def _of_location(self, location: Location) -> int:
        return self._keys.setdefault(location, len(self._keys))

    def _note_states(self, index: int, access: Shared) -> None:
        """What step `index` leaves in locations whose content decides what others touch."""
        state = access.state()
        if state is not None and (key := self._of_location(state[0])) not in self._before:
            self._set(self._before, key, state[1])
        for location, content in access.leaves():
            self._set(self._leaves, (index, self._of_location(location)), content)

    def touched(self, access: Shared) -> bool:
        """The thread that made the last step also makes this access, as a part of it: False if it had already."""
        index = len(self.tid) - 1
        there = self.accesses[index]
        new = [part for part in self._of_parts(access.touched()) if part not in there and (part[0], True) not in there]
        if not new:
            return False
        if self.base[index] is self.clock[index]:
            self.base[index] = self.clock[index][:]
        self.accesses[index] = (*there, *new)
        self.redo[index] = self.redo[index] or OPEN
        for key, writes in new:
            self._touch(index, key, writes, False)
        return True

    def _touch(
        self, index: int, key: int, writes: bool, blocking: bool, *, put: int | None = None, raced: bool = True
    ) -> None:
        """Order step `index` after those that it depends on, newest first: those that are not before it yet race. `put`
        is one more of them, which may be no race."""
        clock = self.clock[index]
        races = self._raced(clock, key, writes, blocking, put)
        self.races += [(earlier, index) for earlier in races if raced or earlier != put]
        if blocking and (released := self._written.get(key)) is not None:
            _join(clock, self.clock[released])
        if writes:
            self._set(self._written, key, index)
            if key in self._read:
                self._set(self._read, key, ())
            if self.takes[index]:
                self._set(self._taken, key, index)
        else:
            self._set(self._read, key, (*self._read.get(key, ()), index))

    def _raced(self, clock: Clock, key: int, writes: bool, blocking: bool, put: int | None = None) -> list[int]:
        """The steps that one with this access comes after by a race alone; its `clock` is then after them, too."""
        found = list(self._read.get(key, ())) if writes else []
        if put is not None:
            found.append(put)
        written = self._taken.get(key) if blocking else self._written.get(key)
        if written is not None:
            found.append(written)
        if len(found) > 1:
            found.sort(reverse=True)
        races = []
        for earlier in found:
            if clock[self.tid[earlier]] <= self.number[earlier]:
                races.append(earlier)
                _join(clock, self.clock[earlier])
        return races

    def _set(self, table: dict[Any, Any], key: Any, value: Any) -> None:
        self._undo.append((len(self.tid) - 1, table, key, table.get(key)))
        table[key] = value

    # -- afterwards -------------------------------------------------------------------------------------------

    def cut(self, length: int) -> None:
        """Forget all steps from `length` on."""
        undo = self._undo
        while undo and undo[-1][0] >= length:
            _, table, key, value = undo.pop()
            if value is None:
                del table[key]
            else:
                table[key] = value
        steps: tuple[list[Any], ...] = (self.tid, self.accesses, self.clock, self.base, self.number)
        for part in (*steps, self.redo, self.takes, self._at):
            del part[length:]
        del self._now[length:], self._floor[length:]
        self._collected = False
        self.races.clear()

    def pending(self, thread: SimThread) -> tuple[int, Accesses, Clock, Redo | None, list[int]]:
        """The step that a parked thread did not make, as if it came now: thread, accesses, base clock, what it needs to
        be done elsewhere, and the steps that it races with."""
        me = self.thread(thread.path)
        accesses, blocking, redo = self._accesses(thread, thread.op, thread.obj)
        previous = self._last.get(me, self._started.get(me))
        base = self.clock[previous][:] if previous is not None else [0] * self._width
        base[me] += 1
        redo = redo or (OPEN if accesses and locations.calls else None)
        clock = base[:]
        races = [earlier for key, writes in accesses for earlier in self._raced(clock, key, writes, blocking)]
        return me, accesses, base, redo, races

    def elsewhere(self, redo: Redo, base: Clock, steps: list[int]) -> tuple[Accesses, Clock] | None:
        """What a step touches and comes after if it is done after these steps; None if it would wait."""
        if redo is OPEN:
            return ANY, base
        found = self._elsewhere(redo, base, steps)
        return (ANY, found[1]) if found is not None and locations.calls else found

    def _elsewhere(self, redo: Redo, base: Clock, steps: list[int]) -> tuple[Accesses, Clock] | None:
        kind, near, far = redo
        if isinstance(kind, Shared):
            content = self._before.get(near)
            for step in reversed(steps):
                if (near, True) in self.accesses[step]:
                    content = self._leaves.get((step, near))
                    break
            return self._of_parts(kind.given(content)), base
        if near == far:
            for step in reversed(steps):
                if (near, True) in self.accesses[step]:
                    return ((near, not self.takes[step]),), base
            return ((near, True),), base
        there = set(steps)
        puts = [put for put in self._puts.get(far, ()) if put in there]
        count = sum((near, True) in self.accesses[step] for step in steps)
        if count < len(puts):
            base = base[:]
            _join(base, self.clock[puts[count]])
            return ((near, True),), base
        return (((near, False), (far, False)), base) if kind == TRY else None

    def form(self) -> int:
        """A hash of the trace: equal for executions that differ only in the order of independent steps."""
        paths = {number: path for path, number in self._threads.items()}
        return hash(
            frozenset(
                (paths[self.tid[i]], frozenset((paths[t], count) for t, count in enumerate(self.clock[i]) if count))
                for i in range(len(self.tid))
            )
        )


def _join(clock: Clock, other: Clock) -> None:
    """The later of both, in place."""
    clock[:] = [mine if mine > theirs else theirs for mine, theirs in zip(clock, other, strict=True)]


def lock_of(event: Any) -> Any:
    """The lock of a ``threading.Event``, which tells events apart."""
    lock = event._cond._lock
    return getattr(lock, "_block", lock)
