"""Time, as threads meet it."""

import time
from threading import Thread


def together(*functions):
    threads = [Thread(target=function) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def sleepers():
    """Both wake at the same moment; the timer of the first one is the older one in all schedules."""
    names = []

    def sleeps(name, times):
        for _ in range(times):
            time.sleep(2 / times)
        names.append(name)

    together(lambda: sleeps("a", 1), lambda: sleeps("b", 2))
    return "".join(names)
