"""Happens-before: which steps of an execution are ordered, and which of them race (exploration.md A.1, A.4, E).

Two steps are dependent if they are of one thread, or touch one object and one of them writes it. Happens-before is the
transitive closure, a vector clock per step. What enables a step orders it without a race: the start of its thread, the
end of a thread that it joins, the notification that woke it, the release of a lock, and all steps before the moment at
which time moved, since that is when nobody could go on.

A blocking acquire races with the last acquire of its lock, never with the release between them: it could not have come
before the release, but before the acquire. A try that fails reads the lock, and so does a release of a lock that is
free; every other operation on it writes it.
Where timers fire freely, setting one and reading the clock read it, and what fires writes it: if anybody reads it. A
wait for a notification that may run out of time reads its waiter, the notification writes it. A collection depends on
all steps. Of a SimpleQueue, puts write one end and gets the other; a get comes after
the put of its item, and races with it only where it would not have waited. What finds the queue empty reads both ends.

It knows the operations of the kernel; it must not know which executions there are, or why.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import Any, Final, TypeAlias

from duckrace.kernel import SimThread, machine
from duckrace.kernel.locks import ACQUIRE, LOCKED, RELEASE, TRY, WAIT, QuietLock
from duckrace.kernel.shared import READ, WRITE, locations
from duckrace.kernel.shared import Access as Shared
from duckrace.kernel.shared.locations import Parts
from duckrace.kernel.simplequeue import GET, PUT, SIZE
from duckrace.kernel.simthread import CLOCK, END, JOIN, LATE, SLEEP, START, TIMER
from duckrace.kernel.threads import ALIVE, IS_SET
from duckrace.kernel.waiting import BOOT

Access: TypeAlias = tuple[int, int]  # object, and what is done to it
Redo: TypeAlias = tuple[Any, int, int]  # of a step that may do something else in another place: how, objects
Accesses: TypeAlias = tuple[Access, ...]
Clock: TypeAlias = list[int]
State: TypeAlias = tuple[int, int, tuple[int, ...]]  # of an object: who wrote it last, took it last, read it since

READS: Final = 0  # all others write
WRITES: Final = 1
TAKES: Final = 2  # a lock that was free, by a try
WAITED: Final = 3  # a lock that it would have waited for

UNTOUCHED: Final[State] = (-1, -1, ())
NONE: Final[Accesses] = ()
ANY: Final[Accesses] = ((-1, WRITES),)  # of a step of which it is not known what it would touch
OPEN: Final[Redo] = ("open", 0, 0)  # of a step whose accesses depend on what it reads on its way
TOUCHING: Final = frozenset(  # operations that may touch something
    (ACQUIRE, ALIVE, CLOCK, END, GET, IS_SET, LATE, LOCKED, PUT, READ, RELEASE, SIZE, SLEEP, TIMER, TRY, WAIT, WRITE)
)
HASH: Final = (1 << 64) - 1

PARTS: Final = 3  # bits for the parts of an object that are objects here: of a lock, an event, a queue, a waiter
LOCK, FLAG, NEAR, FAR, WAITER = range(5)
OBJECTS: Final = 24  # bits for the objects that one thread makes


def dependent(one: Accesses, other: Accesses) -> bool:
    """Do steps of two threads with these accesses depend on each other?"""
    if one is ANY or other is ANY:
        return True
    for key, how in one:
        for other_key, other_how in other:
            if key == other_key and (how or other_how):
                return True
    return False


def changes(accesses: Accesses, key: int) -> int:
    """What a step with these accesses writes of the object: how, 0 for nothing."""
    for other, how in accesses:
        if other == key and how:
            return how
    return READS


class Order:
    """The steps of one execution, in parallel lists by step; :meth:`cut` goes back to an earlier one.

    ``clock[i][t]`` is how many steps of thread ``t`` happened before step ``i``, itself included. ``races`` are pairs
    (earlier, later) of steps, those of later steps since the last :meth:`cut`. ``base[i]``, where step ``i`` is the
    later one, is its clock without what comes before it by a race or a release only; ``redo[i]`` is there if it may do
    something else in another place.
    """

    def __init__(self) -> None:
        self.tid: list[int] = []
        self.accesses: list[Accesses] = []
        self.clock: list[Clock] = []
        self.redo: dict[int, Redo] = {}
        self.decided: list[int] = []  # decisions made up to it
        self.races: list[tuple[int, int]] = []
        self.base: dict[int, Clock] = {}
        self._open = locations.calls  # steps read on their way
        self._at: list[int] = []  # machine.steps when it was made
        self._moves: list[tuple[int, int, Clock]] = []  # barriers: the first step after it, when, and what came before
        self._time = BOOT
        self._threads: dict[tuple[int, ...], int] = {}
        self._keys: dict[object, int] = {}
        self._width = 4
        self._steps: list[list[int]] = []  # by thread
        self._started: dict[int, int] = {}  # thread -> the step that started it
        self._states: dict[int, State] = {}  # by object
        self._puts: dict[int, tuple[int, ...]] = {}  # far end of a queue -> steps that put
        self._gets: dict[int, int] = {}  # near end of a queue -> items taken
        self._before: dict[int, bool] = {}  # location -> its content before the first step that could change it
        self._leaves: dict[tuple[int, int], bool | None] = {}  # step, location -> its content afterwards
        self._forms: list[int] = []  # of the steps up to each one, as far as somebody asked
        self._undo: list[tuple[int, dict[Any, Any], Any, Any]] = []

    # -- identities ---------------------------------------------------------------------------------------

    def thread(self, thread: SimThread) -> int:
        """A small number for a thread, the same in every execution."""
        if thread.number < 0:
            thread.number = self._numbered(thread.path)
        return thread.number

    def _numbered(self, path: tuple[int, ...]) -> int:
        number = self._threads.get(path)
        if number is None:
            number = self._threads[path] = len(self._threads)
            self._steps.append([])
            while number >= self._width:
                for clock in (*self.clock, *self.base.values(), *(floor for _, _, floor in self._moves)):
                    if len(clock) == self._width:
                        clock += [0] * 4
                self._width += 4
        return number

    def key(self, obj: Any, part: int = LOCK) -> int:
        """A number for an object, the same in every execution: who made it, and as which of theirs."""
        creator = obj.creator
        if creator is None:
            return self._other((id(obj), part))
        maker: int = creator.number
        if maker < 0:
            maker = self.thread(creator)
        number: int = obj.number
        return (maker + 1 << OBJECTS) + (number << PARTS) + part

    def _other(self, name: object) -> int:
        """A number for what no thread has made."""
        return self._keys.setdefault(name, -2 - len(self._keys))

    # -- a step ---------------------------------------------------------------------------------------------

    def step(self, thread: SimThread, op: str, obj: Any) -> None:
        """`thread` does `op` on `obj`, now."""
        me = thread.number
        if me < 0:
            me = self.thread(thread)
        index = len(self.tid)
        own = self._steps[me]
        if own:
            clock = self.clock[own[-1]][:]
        else:
            start = self._started.get(me)
            clock = self.clock[start][:] if start is not None else [0] * self._width
        if machine.now != self._time and not machine.free:
            self._time = machine.now
            self.barrier()
        if self._moves and (not own or own[-1] < self._moves[-1][0]):
            _join(clock, self._moves[-1][2])
        redo = None
        if op is ACQUIRE:
            accesses: Accesses = ((self.key(obj), WAITED),) if not thread.expired else NONE
        elif op is RELEASE and obj.owner is thread:
            accesses = ((self.key(obj), WRITES),)
        elif op is WAIT and not (machine.free and thread.timer):
            accesses = NONE
            if not thread.expired:
                _join(clock, self.clock[bisect_right(self._at, obj.freed) - 1])
        elif op is JOIN:
            accesses = NONE
            if obj.done and (theirs := self._steps[self.thread(obj)]):
                _join(clock, self.clock[theirs[-1]])
        elif op in TOUCHING:
            accesses, redo = self._accesses(thread, op, obj)
        else:
            accesses = NONE
        clock[me] += 1
        self.tid.append(me)
        self.clock.append(clock)
        self.accesses.append(accesses)
        self._at.append(machine.steps)
        self.decided.append(len(machine.decisions))
        own.append(index)
        if accesses:
            if redo is not None or self._open:
                self.redo[index] = redo or OPEN
            if op is GET and redo is not None and accesses[0][1]:
                self._takes_item(index, redo)
                return
            for key, how in accesses:
                self._touch(index, key, how)
            if op is READ or op is WRITE:
                self._note_states(index, obj)
            elif op is PUT:
                self._set(self._puts, accesses[0][0], (*self._puts.get(accesses[0][0], ()), index))
        elif op is START:
            self._set(self._started, self._numbered((*thread.path, thread.spawned + 1)), index)

    def barrier(self) -> None:
        """All that was done comes before all that is done from now on."""
        floor = [0] * self._width
        for steps in self._steps:
            if steps:
                _join(floor, self.clock[steps[-1]])
        self._moves.append((len(self.tid), self._time, floor))

    def _takes_item(self, index: int, redo: Redo) -> None:
        """The get comes after the put of its item; one that did not have to wait races with it."""
        kind, near, far = redo
        count = self._gets.get(near, 0)
        put, state = self._puts[far][count], self._states.get(near, UNTOUCHED)
        self._keep_base(index)
        if kind == TRY:
            races = self._raced(self.clock[index], state, WRITES, put)
        else:  # as with locks: it races with the get before it, also if the put of its item comes after that
            clock, change = self.clock[index], state[0]
            races = [change] if change >= 0 and not self.happened(change, clock) else []
            _join(clock, self.clock[put])
            races += [step for step in self._raced(clock, state, WRITES) if step not in races]
        self.races += [(earlier, index) for earlier in races]
        self._set(self._states, near, (index, state[1], ()))
        self._set(self._gets, near, count + 1)

    def wrote(self, obj: Any) -> None:
        """The thread that made the last step writes the flag of an Event, or notifies a waiter, as a part of it."""
        index = len(self.tid) - 1
        access = (self.key(obj, WAITER) if isinstance(obj, QuietLock) else self.key(lock_of(obj), FLAG), WRITES)
        if access not in self.accesses[index]:
            self.accesses[index] = (*self.accesses[index], access)
            self._touch(index, *access)

    def _accesses(self, thread: SimThread, op: str, obj: Any) -> tuple[Accesses, Redo | None]:
        """What the step touches, and what is needed to know what it would touch elsewhere."""
        if op is ACQUIRE:
            return ((self.key(obj), WAITED),) if not thread.expired else NONE, None
        if op is RELEASE:
            key = self.key(obj)
            how = WRITES if obj.owner is not None else READS  # and an error
            return ((key, how),), None if obj.owner is thread else (RELEASE, key, key)
        if op is TRY:
            key = self.key(obj)
            return ((key, TAKES if obj.owner is None else READS),), (TRY, key, key)
        if op is LOCKED:
            return ((self.key(obj), READS),), None
        if op is READ or op is WRITE:
            state = obj.state()
            accesses = self._of_parts(obj.touched())
            return accesses, (obj, key := self._other(state[0]), key) if state else None
        if op is END or op is ALIVE:
            return ((self.thread(obj) + 1 << OBJECTS, WRITES if op is END else READS),), None
        if op is IS_SET:
            return ((self.key(lock_of(obj), FLAG), READS),), None
        if op is PUT:
            return ((self.key(obj, FAR), WRITES),), None
        if machine.free:
            if op is WAIT:
                return ((self.key(obj, WAITER), READS),) if thread.timer else NONE, None
            if machine.timed and (op is TIMER or op is CLOCK or op is LATE or op is SLEEP):
                return ((self._other("clock"), WRITES if op is LATE or op is SLEEP else READS),), None
        if (op is GET or op is SIZE) and not thread.expired:
            near, far = self.key(obj, NEAR), self.key(obj, FAR)
            waits = thread in obj.waiting
            if op is GET and (waits or obj._items):
                return ((near, WRITES),), (GET if waits else TRY, near, far)
            return ((near, READS), (far, READS)), (TRY, near, far) if op is GET else None
        return NONE, None

    def _of_parts(self, parts: Parts) -> Accesses:
        return tuple([(self._other(location), WRITES if writes else READS) for location, writes in parts])

    def _note_states(self, index: int, access: Shared) -> None:
        """What step `index` leaves in locations whose content decides what others touch."""
        state = access.state()
        if state is not None and (key := self._other(state[0])) not in self._before:
            self._set(self._before, key, state[1])
        for location, content in access.leaves():
            self._set(self._leaves, (index, self._other(location)), content)

    def touched(self, access: Shared) -> bool:
        """The thread that made the last step also makes this access, as a part of it: False if it had already."""
        index = len(self.tid) - 1
        there = self.accesses[index]
        new = [one for one in self._of_parts(access.touched()) if one not in there and (one[0], WRITES) not in there]
        if not new:
            return False
        self.accesses[index] = (*there, *new)
        self.redo.setdefault(index, OPEN)
        for key, how in new:
            self._touch(index, key, how)
        return True

    def _touch(self, index: int, key: int, how: int) -> None:
        """Order step `index` after those that it depends on; those that are not before it yet race."""
        states, clocks, clock = self._states, self.clock, self.clock[index]
        state = states.get(key)
        self._undo.append((index, states, key, state))
        written, taken, reads = state or UNTOUCHED
        if reads and how:
            self._keep_base(index)
            self.races += [(earlier, index) for earlier in self._raced(clock, state or UNTOUCHED, how)]
        if written >= 0 and clock[t := self.tid[written]] < clocks[written][t]:
            self._keep_base(index)
            raced = taken if how == WAITED else written  # which the release between them, if there is one, comes after
            if clock[t := self.tid[raced]] < clocks[raced][t]:
                self.races.append((raced, index))
            _join(clock, clocks[written])
        if how:
            states[key] = index, index if how >= TAKES else taken, ()
        else:
            states[key] = written, taken, (*reads, index)

    def happened(self, step: int, clock: Clock) -> bool:
        """Did `step` happen before what has this clock?"""
        thread = self.tid[step]
        return clock[thread] >= self.clock[step][thread]

    def _keep_base(self, index: int) -> None:
        """The clock of `index` is about to change because of a race or a release."""
        if index not in self.base:
            self.base[index] = self.clock[index][:]

    def _raced(self, clock: Clock, state: State, how: int, put: int = -1) -> list[int]:
        """The steps that one with this access comes after by a race alone, newest first; `clock` is then after them.
        `put` is one more of them."""
        written, taken, reads = state
        found = [taken if how == WAITED else written, put, *(reads if how else ())]
        found = sorted([step for step in found if step >= 0], reverse=True)
        races = []
        for earlier in found:
            if not self.happened(earlier, clock):
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
        for tid in self.tid[length:]:
            self._steps[tid].pop()
        for part in (self.tid, self.accesses, self.clock, self.decided, self._at):
            del part[length:]
        del self._forms[length:]
        if self._moves and self._moves[-1][0] >= length:
            while self._moves and self._moves[-1][0] >= length:
                self._moves.pop()
            self._time = self._moves[-1][1] if self._moves else BOOT
        self.races.clear()
        base, redo = self.base, self.redo
        while base and next(reversed(base)) >= length:
            base.popitem()
        while redo and next(reversed(redo)) >= length:
            redo.popitem()

    def pending(self, thread: SimThread) -> tuple[int, Accesses, Clock, Redo | None, list[int]]:
        """The step that a parked thread did not make, as if it came now: thread, accesses, base clock, what it needs to
        be done elsewhere, and the steps that it races with."""
        me = self.thread(thread)
        accesses, redo = self._accesses(thread, thread.op, thread.obj)
        previous = self._steps[me][-1] if self._steps[me] else self._started.get(me)
        base = self.clock[previous][:] if previous is not None else [0] * self._width
        base[me] += 1
        redo = redo or (OPEN if accesses and self._open else None)
        clock = base[:]
        races: list[int] = []
        waits = thread not in machine.ready and thread.op in (ACQUIRE, GET)
        for key, how in accesses:
            written, taken, reads = self._states.get(key, UNTOUCHED)
            # What it waits for has not been there since the last change: it could only have come before that.
            state = (written, taken, () if waits else reads)
            races += self._raced(clock, state, how)
        return me, accesses, base, redo, races

    def elsewhere(self, redo: Redo, base: Clock, steps: list[int]) -> tuple[Accesses, Clock] | None:
        """What a step touches and comes after if it is done after these steps; None if it would wait."""
        if redo is OPEN:
            return ANY, base
        found = self._elsewhere(redo, base, steps)
        return (ANY, found[1]) if found is not None and self._open else found

    def _elsewhere(self, redo: Redo, base: Clock, steps: list[int]) -> tuple[Accesses, Clock] | None:
        kind, near, far = redo
        if isinstance(kind, Shared):
            content = self._before.get(near)
            for step in reversed(steps):
                if changes(self.accesses[step], near):
                    content = self._leaves.get((step, near))
                    break
            return self._of_parts(kind.given(content)), base
        if near == far:
            changed = (changes(self.accesses[step], near) for step in reversed(steps))
            held = next(filter(None, changed), READS) >= TAKES
            if kind is RELEASE:
                return ((near, WRITES if held else READS),), base
            return ((near, READS if held else TAKES),), base
        there = set(steps)
        puts = [put for put in self._puts.get(far, ()) if put in there]
        count = sum(changes(self.accesses[step], near) > 0 for step in steps)
        if count < len(puts):
            base = base[:]
            _join(base, self.clock[puts[count]])
            return ((near, WRITES),), base
        return (((near, READS), (far, READS)), base) if kind == TRY else None

    @property
    def waited(self) -> bool:
        """Has time moved since the last step?"""
        return machine.now != self._time and not machine.free

    def form(self) -> int:
        """A hash of the trace of the steps so far, all of them done: equal for executions that differ only in the order
        of independent steps."""
        forms, names = self._forms, list(self._threads)
        while len(forms) < len(self.tid):
            index = len(forms)
            before = frozenset([(names[t], count) for t, count in enumerate(self.clock[index]) if count])
            forms.append(((forms[-1] if forms else 0) + hash((names[self.tid[index]], before))) & HASH)
        return forms[-1] if forms else 0


def _join(clock: Clock, other: Clock) -> None:
    """The later of both, in place."""
    for thread, theirs in enumerate(other):
        if theirs > clock[thread]:
            clock[thread] = theirs


def lock_of(event: Any) -> Any:
    """The lock of a ``threading.Event``, which tells events apart."""
    lock = event._cond._lock
    return getattr(lock, "_block", lock)
