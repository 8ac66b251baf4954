"""Making channels and handles: contract 1-9, 56, 90, 94."""

import copy
import math
import pickle
import sys

import pytest

from duckrace.channels import Receiver, Sender, SyncSender, TrySendError, channel, sync_channel


def test_1_channel_never_waits_for_room():
    tx, rx = channel()
    assert (type(tx), type(rx)) == (Sender, Receiver)
    for number in range(10_000):
        tx.send(number)
    assert list(rx.try_iter()) == list(range(10_000))


@pytest.mark.parametrize("bound", [1, 2, 7])
def test_2_sync_channel_holds_exactly_its_bound(bound):
    tx, rx = sync_channel(bound)
    assert type(tx) is SyncSender
    for number in range(bound):
        tx.try_send(number)
    with pytest.raises(TrySendError.Full):
        tx.try_send("one too many")
    assert list(rx.try_iter()) == list(range(bound))


def test_3_bound_zero_has_no_buffer():
    tx, _rx = sync_channel(0)
    with pytest.raises(TrySendError.Full):
        tx.try_send(1)


@pytest.mark.parametrize(
    ("bound", "error", "text"),
    [
        (1.0, TypeError, "int"),
        ("1", TypeError, "int"),
        (None, TypeError, "int"),
        (-1, ValueError, "negative"),
        (sys.maxsize + 1, OverflowError, "^capacity overflow$"),
    ],
)
def test_4_94_impossible_bounds(bound, error, text):
    with pytest.raises(error, match=text):
        sync_channel(bound)


def test_4_94_the_greatest_bound_is_possible():
    tx, rx = sync_channel(sys.maxsize)
    tx.send(1)
    assert rx.recv() == 1


def test_5_senders_are_cloned_receivers_are_not():
    for tx, rx in (channel(), sync_channel(1)):
        clone = tx.clone()
        assert type(clone) is type(tx)
        clone.send(1)
        assert rx.recv() == 1
        assert not hasattr(rx, "clone")


def test_9_debug_texts():
    tx, rx = channel()
    stx, _ = sync_channel(1)
    assert repr(tx) == "Sender { .. }"
    assert repr(stx) == "SyncSender { .. }"
    assert repr(rx) == "Receiver { .. }"
    assert repr(rx.iter()) == repr(iter(rx)) == "Iter { rx: Receiver { .. } }"
    assert repr(rx.try_iter()) == "TryIter { rx: Receiver { .. } }"
    rx.drop()
    assert repr(rx) == "Receiver { .. }"


def test_22_only_sync_senders_can_try():
    tx, _rx = channel()
    assert not hasattr(tx, "try_send")
    assert not hasattr(tx, "send_timeout")


def test_56_an_underscore_keeps_the_receiver():
    tx, _ = channel()
    assert not tx.is_disconnected()
    del _
    assert tx.is_disconnected()


@pytest.mark.parametrize("refused", [copy.copy, copy.deepcopy, pickle.dumps])
def test_90_handles_are_not_copied(refused):
    tx, rx = channel()
    stx, srx = sync_channel(1)
    for sender in (tx, stx):
        with pytest.raises(TypeError, match=r"clone\(\)"):
            refused(sender)
    for receiver in (rx, srx):
        with pytest.raises(TypeError, match="move it"):
            refused(receiver)
    tx.send(1)  # nothing happened to the channel
    assert rx.recv() == 1
    del tx
    assert rx.is_disconnected()


def test_90_handles_are_not_made_by_hand():
    for kind in (Sender, SyncSender, Receiver):
        with pytest.raises(TypeError):
            kind()


@pytest.mark.parametrize("method", ["recv_timeout", "recv_deadline", "send_timeout"])
def test_94_timeouts_are_numbers(method):
    tx, rx = sync_channel(1)

    def call(seconds):
        return tx.send_timeout(1, seconds) if method == "send_timeout" else getattr(rx, method)(seconds)

    with pytest.raises(ValueError, match="NaN"):
        call(math.nan)
    for wrong in ("1", None, 1j):
        with pytest.raises(TypeError, match="seconds"):
            call(wrong)
