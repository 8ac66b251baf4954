"""The racy counter: two threads, each adds one twice."""

from threading import Thread


class Counter:
    def __init__(self) -> None:
        self.value = 0

    def add(self) -> None:
        for _ in range(2):
            self.value += 1


def counter() -> int:
    shared = Counter()
    threads = [Thread(target=shared.add) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return shared.value
