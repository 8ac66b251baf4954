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
from duckrace.channels import SendTimeoutError, TryRecvError, TrySendError, channel, handle_core, sync_channel
from duckrace.channels._exit import parked

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
    if hasattr(tx, "send_timeout"):
        with pytest.raises(SendTimeoutError.Timeout):  # nobody waits any more; with a buffer it goes there
            tx.send_timeout("a", 0)
            tx.send_timeout("b", 0)
    with pytest.raises(TryRecvError.Empty):
        while True:
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
import random, signal, sys, threading, time
from duckrace.channels import channel, sync_channel

class Interrupt(BaseException): pass
hits = 0
main = threading.get_ident()

def handler(signum, frame):
    # One interrupt per call, and only within the package: what happens to the caller's variables is the caller's.
    global hits
    inner = frame
    if "channels" not in inner.f_code.co_filename:
        return
    while inner is not None:
        if inner.f_code.co_name in ("_submit", "settle", "_submit_return", "_submit_withdrawal", "_apply_deferred"):
            return
        inner = inner.f_back
    hits += 1
    raise Interrupt

signal.signal(signal.SIGUSR1, handler)
tx, rx = {make}
N = 3000

def peer():
    rng = random.Random(1)
    for number in range(N):
        {peer}
        if rng.random() < 0.05:
            time.sleep(0.0002)

def storm():
    rng = random.Random(2)
    while not over:
        signal.pthread_kill(main, signal.SIGUSR1)
        time.sleep(rng.random() * 0.0004)

got, over = [], False
threads = [threading.Thread(target=peer, daemon=True), threading.Thread(target=storm, daemon=True)]
for thread in threads: thread.start()
number = 0
completed = set()
while number < N:
    try:
        {main}
    except Interrupt:
        {interrupted}
        continue
    number += 1
over = True
threads[1].join()
threads[0].join(20)
assert not threads[0].is_alive(), "the peer still waits"
{check}
assert hits > 20, hits
print("ok", hits)
"""


@pytest.mark.parametrize("make", ["channel()", "sync_channel(2)", "sync_channel(0)"])
def test_88_a_storm_of_interrupts_loses_no_message(make):
    script = (
        STORM.replace("{make}", make).replace("{peer}", "tx.send(number)").replace("{main}", "got.append(rx.recv())")
    )
    # got.append may be interrupted only after it appended: handlers run after calls
    script = script.replace("{interrupted}", "number = len(got)").replace(
        "{check}", "assert got == list(range(N)), got"
    )
    run(script)


@pytest.mark.parametrize("make", ["sync_channel(2)", "sync_channel(0)"])
def test_88_a_storm_of_interrupts_sends_no_ghosts(make):
    script = STORM.replace("{make}", make).replace("{main}", "tx.send(number)")
    script = script.replace("{peer}", "got.append(rx.recv())")
    # an interrupted send was withdrawn or completed: try the next number in any case
    script = script.replace("{interrupted}", "number += 1; N += 1")
    script = script.replace("for number in range(N):", "while len(got) < 3000:")
    script = script.replace("{check}", "assert got == sorted(set(got)) and len(got) == 3000, got")
    run(script)


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
