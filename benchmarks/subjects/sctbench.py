"""Programs of SCTBench (Thomson, Donaldson and Betts, PPoPP 2014; TOPC 2016), written anew in Python.

Each has the threads, the shared variables, the locks and the bug of the program of its name, in the sizes that the
published counts are of (github.com/wcventure/PERIOD, evaluation/). Main starts the threads and joins them, also where
the original does not wait.

* account, lazy01: the thread that asserts must come last (or third).
* arithmetic_prog, phase01, sync01, sync02: every schedule fails.
* deadlock01: two locks, taken in two orders.
* din_phil<N>_sat: every eater adds one to a counter that nothing guards; who makes it N fails.
* twostage_<N>: N - 1 threads write in two stages with a lock each; one looks between them (10 and 10 in twostage_20).
* reorder_<N>: N - 1 setters, and a checker that must not see half of a set (10 and 10 in reorder_20).
* wronglock_<N>: N threads take another lock than the one that should guard.
* boundedBuffer: a consumer lets the lock go between its look and its take.
* qsort_mt: a pool thread is told to work before its work is written down, without its lock.
"""

from threading import Condition, Lock, Thread

_ACCESS = ("din_phil", "reorder", "wronglock", "qsort_mt")


def granularity(name):
    """The granularity at which the bug of this program can be seen."""
    return "access" if name.startswith(_ACCESS) else "sync"


class State:
    """Variables that threads share."""

    def __init__(self, **values):
        vars(self).update(values)


def run(*functions):
    threads = [Thread(target=function) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def account():
    lock = Lock()
    x, y, z = 1, 2, 4
    shared = State(balance=x, deposited=False, withdrawn=False)

    def deposit():
        with lock:
            shared.balance += y
            shared.deposited = True

    def withdraw():
        with lock:
            shared.balance -= z
            shared.withdrawn = True

    def check():
        with lock:
            if shared.deposited and shared.withdrawn:
                assert shared.balance == (x - y) - z

    run(check, deposit, withdraw)


def lazy01():
    lock = Lock()
    shared = State(data=0)

    def add(number):
        with lock:
            shared.data += number

    def check():
        with lock:
            assert shared.data < 3

    run(lambda: add(1), lambda: add(2), check)


def deadlock01():
    a, b = Lock(), Lock()

    def both(first, second):
        with first, second:
            pass

    run(lambda: both(a, b), lambda: both(b, a))


def phase01():
    x, y = Lock(), Lock()

    def work():
        with x:
            pass
        x.acquire()  # and never released: the other thread cannot go on
        for _ in range(2):
            with y:
                pass

    run(work, work)


def _produce_and_consume(number, produced, consumed, takes=True):
    lock = Lock()
    empty, full = Condition(lock), Condition(lock)
    shared = State(number=number)

    def producer():
        for _ in range(produced):
            with lock:
                while shared.number > 0:
                    empty.wait()
                shared.number += 1
            with full:
                full.notify()

    def consumer():
        for _ in range(consumed):
            with lock:
                while shared.number == 0:
                    full.wait()
                shared.number -= takes
            with empty:
                empty.notify()

    run(producer, consumer)


def sync01():
    _produce_and_consume(1, 1, 1, takes=False)


def sync02():
    _produce_and_consume(2, 2, 2, takes=False)


def arithmetic_prog():
    lock = Lock()
    empty, full = Condition(lock), Condition(lock)
    shared = State(number=0, total=0, done=False)
    rounds = 3

    def producer():
        for _ in range(rounds):
            with lock:
                while shared.number > 0:
                    empty.wait()
                shared.number += 1
            with full:
                full.notify()

    def consumer():
        for round_ in range(rounds):
            with lock:
                while shared.number == 0:
                    full.wait()
                shared.total += round_
                shared.number -= 1
            with empty:
                empty.notify()
        shared.total += rounds
        shared.done = True

    run(producer, consumer)
    assert not shared.done or shared.total != rounds * (rounds + 1) // 2


def _din_phil(count):
    forks = [Lock() for _ in range(count)]
    table = Lock()  # stands for what makes the original's meal atomic
    shared = State(fed=0)

    def eat(seat):
        with table, forks[(seat + 1) % count], forks[seat]:
            pass
        shared.fed += 1
        assert shared.fed != count

    run(*(lambda seat=seat: eat(seat) for seat in range(count)))


def _twostage(writers, readers=1):
    first, second = Lock(), Lock()
    shared = State(data1=0, data2=0)

    def write():
        with first:
            shared.data1 = 1
        with second:
            shared.data2 = shared.data1 + 1

    def read():
        with first:
            if shared.data1 == 0:
                return
            one = shared.data1
        with second:
            two = shared.data2
        assert two == one + 1

    run(*[write] * writers, *[read] * readers)


def _reorder(setters, checkers=1):
    shared = State(a=0, b=0)

    def put():
        shared.a = 1
        shared.b = -1

    def check():
        assert (shared.a == 0 and shared.b == 0) or (shared.a == 1 and shared.b == -1)

    run(*[put] * setters, *[check] * checkers)


def _wronglock(others):
    right, wrong = Lock(), Lock()
    shared = State(data=0)

    def careful():
        with right:
            before = shared.data
            shared.data += 1
            assert shared.data == before + 1

    def careless():
        with wrong:
            shared.data += 1

    run(careful, *[careless] * others)


def boundedBuffer():
    lock = Lock()
    not_full, not_empty = Condition(lock), Condition(lock)
    shared = State(items=[], putting=0, getting=0)
    size, each = 2, 4

    def put(item):
        with lock:
            while len(shared.items) == size:
                shared.putting += 1
                not_full.wait()
                shared.putting -= 1
            shared.items.append(item)
            if shared.getting:
                not_empty.notify()

    def get():
        with lock:
            while not shared.items:
                shared.getting += 1
                not_empty.wait()
                shared.getting -= 1
        with lock:  # the bug: it was free in between
            assert shared.items, "another consumer was faster"
            shared.items.pop(0)
            if shared.putting:
                not_full.notify()

    def producer():
        for item in range(each):
            put(item)

    def consumer():
        for _ in range(each):
            get()

    run(*[producer] * 2, *[consumer] * 2)


IDLE, WORK, TERM = "idle", "work", "term"


class _Sorter:
    """A thread of the pool, and what it is to sort."""

    def __init__(self):
        self.state = IDLE
        self.start = self.count = 0
        self.changed = Condition(Lock())


class _Sort:
    """All that the pool of ``qsort_mt`` shares."""

    def __init__(self, array, threads, least):
        self.array = array
        self.least = least  # elements that are worth another thread
        self.allocating = Lock()
        self.pool = [_Sorter() for _ in range(threads)]
        self.idle = threads

    def allocate(self):
        with self.allocating:
            for sorter in self.pool:
                if sorter.state == IDLE:
                    self.idle -= 1
                    sorter.state = WORK  # the bug: without its lock, and before its work is written down
                    sorter.changed.acquire()
                    return sorter
        return None

    def sort(self, start, count):
        while count > 1:
            part = self.array[start : start + count]
            pivot = part[count // 2]
            left = [value for value in part if value < pivot]
            right = [value for value in part if value > pivot]
            self.array[start : start + count] = left + [pivot] * (count - len(left) - len(right)) + right
            worth = len(left) > self.least and len(right) > self.least
            sorter = self.allocate() if worth else None
            if sorter is not None:
                sorter.start, sorter.count = start, len(left)
                sorter.changed.notify()
                sorter.changed.release()
            else:
                self.sort(start, len(left))
            start, count = start + count - len(right), len(right)

    def work(self, me):
        while True:
            with me.changed:
                while me.state == IDLE:
                    me.changed.wait()
            if me.state == TERM:
                return
            self.sort(me.start, me.count)
            with self.allocating:
                me.state = IDLE
                self.idle += 1
                if self.idle == len(self.pool):
                    for other in self.pool:
                        if other is not me:
                            with other.changed:
                                other.state = TERM
                                other.changed.notify()
                    return


def qsort_mt():
    array = [7, 2, 12, 9, 4, 15, 0, 10, 5, 13, 8, 3, 14, 6, 1, 11]
    sort = _Sort(array, threads=2, least=2)
    threads = [Thread(target=sort.work, args=(sorter,)) for sorter in sort.pool]
    for thread in threads:
        thread.start()
    first = sort.pool[0]
    with first.changed:
        first.start, first.count = 0, len(array)
        first.state = WORK
        sort.idle -= 1
        first.changed.notify()
    for thread in threads:
        thread.join()
    assert array == sorted(array), array


def din_phil3_sat():
    _din_phil(3)


def din_phil4_sat():
    _din_phil(4)


def din_phil5_sat():
    _din_phil(5)


def din_phil6_sat():
    _din_phil(6)


def din_phil7_sat():
    _din_phil(7)


def twostage():
    _twostage(1)


def twostage_20():
    _twostage(10, 10)


def twostage_100():
    _twostage(99)


def reorder_3():
    _reorder(2)


def reorder_4():
    _reorder(3)


def reorder_5():
    _reorder(4)


def reorder_10():
    _reorder(9)


def reorder_20():
    _reorder(10, 10)


def reorder_100():
    _reorder(99)


def wronglock():
    _wronglock(7)


def wronglock_3():
    _wronglock(3)
