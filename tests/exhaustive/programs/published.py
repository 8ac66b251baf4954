"""The programs of the papers on partial order reduction, in Python: attributes and list cells are their variables,
`list.append` is their fetch-and-add, `dict.setdefault` their compare-and-swap, `threading.Lock` their mutex.

All threads are there from the beginning: main starts them and joins them, and touches nothing while they run.
"""

from threading import Lock, Thread


class Memory:
    """Its attributes are variables, 0 at first."""

    def __init__(self, *names):
        for name in names:
            setattr(self, name, 0)


def together(*bodies):
    threads = [Thread(target=function, args=arguments) for function, *arguments in bodies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def readers(n):
    memory = Memory("x")

    def write():
        memory.x = 42

    def read():
        return memory.x

    together([write], *[[read]] * n)


def lastzero(n):
    array = [0] * (n + 1)

    def search():
        i = n
        while array[i] != 0:
            i -= 1

    def update(j):
        array[j] = array[j - 1] + 1

    together([search], *([update, j] for j in range(1, n + 1)))
    return tuple(array)


def inc(n):
    memory = Memory("x")

    def work():
        memory.x += 1

    together(*[[work]] * n)
    return memory.x


def rw(n):
    """Reads, then writes what does not depend on it."""
    memory = Memory("x")

    def work(name):
        read = memory.x
        memory.x = name
        return read

    together(*([work, name] for name in range(n)))
    return memory.x


def added(n, counters):
    """ainc, binc, cinc: a fetch-and-add of each counter in turn."""
    lists = [[] for _ in range(counters)]

    def work(name):
        for counter in lists:
            counter.append(name)

    together(*([work, name] for name in range(n)))
    return tuple(map(tuple, lists))


def cas(n):
    memory = {}

    def work(name):
        memory.setdefault("x", name)

    together(*([work, name] for name in range(n)))
    return memory["x"]


def lockinc(n, variables):
    """One critical section that adds to one variable, or to two (lock2inc)."""
    memory, lock = Memory("x", "y"), Lock()

    def work():
        with lock:
            memory.x += 1
            if variables == 2:
                memory.y += 1

    together(*[[work]] * n)
    return memory.x


def popl_optimal_example():
    memory = Memory("x", "y", "z")

    def p():
        memory.x = 1

    def q():
        memory.y = 1

    def r():
        if memory.y == 0:
            memory.z = 1

    def s():
        if memory.z == 1 and memory.y == 0:
            memory.x = 2

    together([p], [q], [r], [s])
    return memory.x, memory.y, memory.z


def conditional_readers():
    memory = Memory("x", "y")

    def write():
        memory.x = 1

    def read():
        if memory.y == 0:
            memory.x  # noqa: B018
            memory.y = 1

    together([write], [read], [read])


def store_buffer():
    """Both read 0 on weak memory only."""
    memory, seen = Memory("x", "y"), Memory("a", "b")

    def one():
        memory.x = 1
        seen.a = memory.y

    def other():
        memory.y = 1
        seen.b = memory.x

    together([one], [other])
    return seen.a, seen.b


def filesystem(n, made=0):
    """Flanagan and Godefroid's: files and their blocks are few, and each thread takes one of each. `made`: how the list
    is made whose first user depends on the schedule; its name must not."""
    inodes, blocks = 32, 26
    inode_locks, block_locks = [Lock() for _ in range(inodes)], [Lock() for _ in range(blocks)]
    inode = dict.fromkeys(range(inodes), 0)
    if made == 0:
        busy = [False] * blocks
    elif made == 1:
        busy = [False for _ in range(2 * blocks)][:blocks]
    elif made == 2:
        busy = [False for _ in range(blocks)].copy()
    elif made == 3:
        half = [False for _ in range(blocks // 2)]
        busy = half + half
    else:
        _first, *busy = [False for _ in range(blocks + 1)]

    def work(name):
        i = name % inodes
        with inode_locks[i]:
            if inode[i] == 0:
                block = i * 2 % blocks
                while True:
                    with block_locks[block]:
                        if not busy[block]:
                            busy[block] = True
                            inode[i] = block + 1
                            break
                    block = (block + 1) % blocks

    together(*([work, name] for name in range(n)))


def indexer(n):
    """Flanagan and Godefroid's: each thread puts four messages into a hash table of 128 places."""
    size, messages = 128, 4
    table = [0] * size

    def exchange(place, value):
        """A compare-and-swap of an empty place."""
        return cells[place].setdefault("value", value) == value

    cells = [{} for _ in range(size)]

    def work(name):
        for message in range(1, messages + 1):
            value = message * 11 + name
            place = value * 7 % size
            while not exchange(place, value):
                place = (place + 1) % size

    together(*([work, name] for name in range(n)))
    return table
