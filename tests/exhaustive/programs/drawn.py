"""The interpreter of drawn programs: threads that read, write, append, lock, wait, hand over, start and join."""

from queue import Empty, SimpleQueue
from threading import Condition, Lock, Thread


class Memory:
    def __init__(self):
        self.cell = 0
        self.cells = [0]
        self.log = []
        self.table = {}
        self.queue = SimpleQueue()
        self.locks = [Lock(), Lock()]
        self.condition = Condition(self.locks[0])


def run(memory, name, operations):
    """What this thread, and those that it starts, have seen."""
    seen, held, children = [], [], []
    for operation, what in operations:
        if operation == "read":
            seen.append(memory.cells[0] if what else memory.cell)
        elif operation == "write":
            if what:
                memory.cells[0] = name
            else:
                memory.cell = name
        elif operation == "add":
            if what:
                memory.cells[0] += 1
            else:
                memory.cell += 1
        elif operation == "append":
            memory.log.append(name)
        elif operation == "last":
            seen.append(memory.log.pop() if len(memory.log) else None)
        elif operation == "key":
            memory.table[what] = name
        elif operation == "default":
            seen.append(memory.table.setdefault(what, name))
        elif operation == "drop":
            seen.append(memory.table.pop(what, None))
        elif operation == "look":
            seen.append(memory.table.get(what) if what in memory.table else None)
        elif operation == "keys":
            seen.append(list(memory.table))
        elif operation == "put":
            memory.queue.put(name)
        elif operation == "get":
            seen.append(memory.queue.get())
        elif operation == "get_nowait":
            try:
                seen.append(memory.queue.get_nowait())
            except Empty:
                seen.append(None)
        elif operation == "empty":
            seen.append(memory.queue.empty())
        elif operation == "locked":
            seen.append(memory.locks[what].locked())
        elif operation == "take":
            if what not in held:
                memory.locks[what].acquire()
                held.append(what)
        elif operation == "give":
            if held:
                memory.locks[held.pop()].release()
        elif operation == "try":
            if what not in held:
                taken = memory.locks[what].acquire(blocking=False)
                seen.append(taken)
                held += [what] * taken
        elif operation == "wait":
            if 0 in held:
                memory.condition.wait()
        elif operation == "notify":
            if 0 in held:
                memory.condition.notify()
        elif operation == "start":
            children.append(start(memory, name * 10 + len(children) + 1, what))
        elif operation == "join" and children:
            seen.append(joined(children.pop()))
    for which in reversed(held):
        memory.locks[which].release()
    return [*seen, *map(joined, children)]


def start(memory, name, operations):
    found = []
    thread = Thread(target=lambda: found.append(run(memory, name, operations)))
    thread.start()
    return thread, found


def joined(child):
    thread, found = child
    thread.join()
    return found


def drawn(threads):
    memory = Memory()
    children = [start(memory, number, operations) for number, operations in enumerate(threads, start=1)]
    seen = [joined(child) for child in children]
    return repr((seen, memory.cell, memory.cells, memory.log, sorted(memory.table.items())))
