"""pykka 4.4.1: `stop()` against `ask()`. Fetched by benchmarks/fetch_subjects.py.

* lost_ask: the actor empties its inbox and ends between the other thread's "is it alive?" and its `put`: the question
  stays in the inbox, and `ask` never returns.

Right: an answer, or ActorDeadError.
"""

import sys
from pathlib import Path
from threading import Thread

sys.path.insert(0, str((Path(__file__).parents[1] / ".subjects" / "pykka-4.4.1").resolve(strict=True)))

import pykka


class Echo(pykka.ThreadingActor):
    def on_receive(self, message):
        return message


def lost_ask():
    ref = Echo.start()
    answers = []

    def stop():
        ref.stop(block=False)

    def ask():
        try:
            answers.append(ref.ask("anyone there?"))
        except pykka.ActorDeadError:
            answers.append("dead")

    threads = [Thread(target=stop, name="A"), Thread(target=ask, name="B")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers in (["anyone there?"], ["dead"]), answers
    return answers[0]
