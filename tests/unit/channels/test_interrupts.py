"""Interrupts: contract 88. Real signals hit the main thread, where Python runs their handlers."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import duckrace.channels
from duckrace.channels import TryRecvError, TrySendError, channel, handle_core, sync_channel
from duckrace.channels._exit import parked
from duckrace.channels._rendezvous import RendezvousCore

WAIT = 20  # seconds, for what happens at once unless it is broken


class Call(threading.Thread):
    """A call in a thread of its own; `result()` returns or raises what it did."""

    def __init__(self, function, *args):
        super().__init__(daemon=True)
        self.function, self.args, self.value, self.error = function, args, None, None
        self.start()

    def run(self):
        try:
            self.value = self.function(*self.args)
        except BaseException as error:
            self.error = error

    def asleep(self):
        """Wait until the call sleeps in a channel operation."""
        until(lambda: any(waiter.thread == self.ident for waiter in list(parked)))
        return self

    def result(self):
        self.join(WAIT)
        assert not self.is_alive(), "the call still waits"
        if self.error is not None:
            raise self.error
        return self.value


def until(condition):
    deadline = time.monotonic() + WAIT
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.0005)


class Interrupt(BaseException):
    """What the signal handler raises."""


@pytest.fixture
def interrupt():
    """Interrupt the main thread once it sleeps in a channel operation."""
    assert threading.current_thread() is threading.main_thread()
    main = threading.get_ident()

    def raise_it(signum, frame):
        raise Interrupt

    def send_signal():
        until(lambda: any(waiter.thread == main for waiter in list(parked)))
        time.sleep(0.005)
        signal.pthread_kill(main, signal.SIGUSR1)

    before = signal.signal(signal.SIGUSR1, raise_it)
    yield lambda: Call(send_signal)
    signal.signal(signal.SIGUSR1, before)


@pytest.mark.parametrize("make", [channel, lambda: sync_channel(1), lambda: sync_channel(0)])
@pytest.mark.parametrize("timeout", [None, WAIT])
def test_88_an_interrupted_receive_takes_nothing(make, timeout, interrupt):
    tx, rx = make()
    signaller = interrupt()
    with pytest.raises(Interrupt):
        rx.recv() if timeout is None else rx.recv_timeout(timeout)
    signaller.result()
    assert not handle_core(rx).takers
    if isinstance(handle_core(tx), RendezvousCore):
        with pytest.raises(TrySendError.Full):  # nobody waits any more
            tx.try_send("lost")
    with pytest.raises(TryRecvError.Empty):
        rx.try_recv()
    call = Call(tx.send, "c")
    assert rx.recv() == "c"
    call.result()


def test_88_an_interrupted_rendezvous_offer_is_withdrawn(interrupt):
    tx, rx = sync_channel(0)
    signaller = interrupt()
    with pytest.raises(Interrupt):
        tx.send("ghost")
    signaller.result()
    with pytest.raises(TryRecvError.Empty):
        rx.try_recv()
    call = Call(tx.send, "next")
    assert rx.recv() == "next"
    call.result()


def test_88_an_interrupted_send_passes_the_room_on(interrupt):
    tx, rx = sync_channel(1)
    tx.send(0)
    core = handle_core(tx)
    main = threading.get_ident()
    others = []

    def orchestrate():
        until(lambda: any(waiter.thread == main for waiter in list(parked)))
        others.append(Call(tx.send, 2).asleep())
        with core.lock:  # the room and the signal come together: the wake-up is the main thread's
            core.putters.wake_first()
            core.buffer.popleft()
            signal.pthread_kill(main, signal.SIGUSR1)
            time.sleep(0.05)
        core.settle()  # as every operation does when it leaves the lock

    conductor = Call(orchestrate)
    with pytest.raises(Interrupt):
        tx.send(1)
    conductor.result()
    others[0].result()
    assert list(rx.try_iter()) == [2]


def test_88_a_message_in_the_hands_of_an_interrupted_receiver_comes_back(interrupt):
    tx, rx = sync_channel(0)
    core = handle_core(tx)
    main = threading.get_ident()

    def orchestrate():
        until(lambda: any(waiter.thread == main for waiter in list(parked)))
        with core.lock:
            core._try_put("handed over")
            signal.pthread_kill(main, signal.SIGUSR1)
            time.sleep(0.05)

    conductor = Call(orchestrate)
    with pytest.raises(Interrupt):
        rx.recv()
    conductor.result()
    with pytest.raises(TrySendError.Full):
        tx.try_send("too early")
    assert rx.recv() == "handed over"
    with pytest.raises(TryRecvError.Empty):
        rx.try_recv()


STORM = """
import random, signal, threading, time
from duckrace.channels import channel, sync_channel, SendError

class Interrupt(BaseException): pass
hits = 0
main = threading.get_ident()

def handler(signum, frame):
    # One interrupt per call, and only within the package: what happens to the caller's variables is the caller's.
    global hits
    if "channels" not in frame.f_code.co_filename:
        return
    while frame is not None:
        if frame.f_code.co_name in ("_submit", "settle", "_submit_return", "_submit_withdrawal", "_apply_deferred"):
            return
        frame = frame.f_back
    hits += 1
    raise Interrupt

signal.signal(signal.SIGUSR1, handler)
tx, rx = {make}
N = 3000
over = False

def storm():
    rng = random.Random(2)
    while not over:
        signal.pthread_kill(main, signal.SIGUSR1)
        time.sleep(rng.random() * 0.0004)

def pause(rng=random.Random(1)):
    if rng.random() < 0.05:
        time.sleep(0.0002)
"""

RECEIVING = (
    STORM
    + """
def produce():
    for number in range(N):
        tx.send(number)
        pause()
    tx.drop()

threads = [threading.Thread(target=work, daemon=True) for work in (produce, storm)]
for thread in threads: thread.start()
got = []
while len(got) < N:
    try:
        got.append(rx.recv())
    except Interrupt:
        pass
over = True
for thread in threads: thread.join(20)
assert got == list(range(N)), got
assert hits > 20, hits
print("ok", hits)
"""
)

SENDING = (
    STORM
    + """
got = []
def consume():
    while len(got) < N:
        got.append(rx.recv())
        pause()
    rx.drop()

threads = [threading.Thread(target=work, daemon=True) for work in (consume, storm)]
for thread in threads: thread.start()
number, completed = 0, set()
while True:
    number += 1
    try:
        tx.send(number)
    except Interrupt:
        continue
    except SendError:
        break
    completed.add(number)
over = True
for thread in threads: thread.join(20)
assert got == sorted(set(got)), got             # each at most once, in order
lost = completed - set(got)
assert len(lost) <= {bound}, lost               # what was in the buffer at the end
assert hits > 20, hits
print("ok", hits)
"""
)


@pytest.mark.parametrize("make", ["channel()", "sync_channel(2)", "sync_channel(0)"])
def test_88_a_storm_of_interrupts_loses_no_message(make):
    run(RECEIVING.replace("{make}", make))


@pytest.mark.parametrize("bound", [2, 0])
def test_88_a_storm_of_interrupts_sends_no_ghosts(bound):
    run(SENDING.replace("{make}", f"sync_channel({bound})").replace("{bound}", str(bound)))


def run(script):
    path = os.pathsep.join([str(Path(duckrace.channels.__file__).parents[2]), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("ok")
