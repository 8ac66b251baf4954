"""watchdog 7.1.0 (#1044): `schedule()` against `start()`. Fetched by benchmarks/fetch_subjects.py.

* never_started: the observer's `start` starts the emitters that it knows; `schedule` sees an observer that is not alive
  yet and leaves its emitter to `start`, which has already looked.

Right: every emitter is started.
"""

import sys
from pathlib import Path
from threading import Thread

sys.path.insert(0, str((Path(__file__).parents[1] / ".subjects" / "watchdog-7.1.0").resolve(strict=True)))

from watchdog.events import FileSystemEventHandler
from watchdog.observers.api import BaseObserver, EventEmitter


class Idle(EventEmitter):
    def queue_events(self, timeout):
        self.stopped_event.wait()


def never_started():
    observer = BaseObserver(Idle)
    threads = [
        Thread(target=observer.start, name="A"),
        Thread(target=observer.schedule, args=(FileSystemEventHandler(), "anywhere"), name="B"),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    started = [emitter.ident is not None for emitter in observer.emitters]
    observer.stop()
    observer.join()
    assert started == [True], "an emitter was never started"
