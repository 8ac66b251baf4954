"""The error tree: contract 60-67, 95."""

import copy
import pickle

import pytest

from duckrace import channels
from duckrace.channels import (
    ChannelError,
    ConcurrentReceiveError,
    DroppedError,
    ForkedError,
    RecvError,
    RecvTimeoutError,
    SendError,
    SendTimeoutError,
    TryRecvError,
    TrySendError,
)

SECRET = "do not show me"

TEXTS = [
    (SendError(SECRET), "SendError { .. }", "sending on a closed channel"),
    (TrySendError.Full(SECRET), "TrySendError::Full(..)", "sending on a full channel"),
    (TrySendError.Disconnected(SECRET), "TrySendError::Disconnected(..)", "sending on a closed channel"),
    (RecvError(), "RecvError", "receiving on a closed channel"),
    (TryRecvError.Empty(), "Empty", "receiving on an empty channel"),
    (TryRecvError.Disconnected(), "Disconnected", "receiving on a closed channel"),
    (RecvTimeoutError.Timeout(), "Timeout", "timed out waiting on channel"),
    (RecvTimeoutError.Disconnected(), "Disconnected", "channel is empty and sending half is closed"),
    (SendTimeoutError.Timeout(SECRET), '"SendTimeoutError(..)"', "timed out waiting on send operation"),
    (SendTimeoutError.Disconnected(SECRET), '"SendTimeoutError(..)"', "sending on a disconnected channel"),
]
CASES = pytest.mark.parametrize(("error", "debug", "display"), TEXTS, ids=lambda case: type(case).__qualname__)


@CASES
def test_60_to_66_texts(error, debug, display):
    assert repr(error) == debug
    assert str(error) == display


@CASES
def test_66_95_equality_hash_and_copies(error, debug, display):
    assert error == copy.copy(error) == pickle.loads(pickle.dumps(error))
    assert type(copy.deepcopy(error)) is type(error)
    assert len({error, copy.copy(error)}) == 1
    assert [other == error for other, *_ in TEXTS].count(True) == 1


def test_66_95_compared_by_value_and_hashable_whatever_it_is():
    assert SendError(1) == SendError(1) != SendError(2)
    assert SendError(1) != TrySendError.Disconnected(1)
    assert TrySendError.Full(1) != TrySendError.Disconnected(1)
    assert RecvError() == RecvError() != TryRecvError.Disconnected()
    assert hash(SendError([])) == hash(SendError([]))
    assert hash(SendError({1})) == hash(SendError(frozenset({1})))
    assert SendError(1) != 1
    nan = float("nan")
    assert SendError(nan) == SendError(nan)
    assert DroppedError("a", 1) == DroppedError("a", 1) != DroppedError("a", 2)


def test_66_tuples_are_values_too():
    for kind in (SendError, TrySendError.Full, SendTimeoutError.Timeout):
        for value in ((), (1, 2), (2, "No such file"), None):
            assert kind(value).value == value
            assert str(kind(value)) == str(kind(1))


def test_67_conversions():
    value = object()
    converted = [TrySendError.from_error(SendError(value)), SendTimeoutError.from_error(SendError(value))]
    assert [type(error) for error in converted] == [TrySendError.Disconnected, SendTimeoutError.Disconnected]
    assert all(error.value is value for error in converted)
    assert TryRecvError.from_error(RecvError()) == TryRecvError.Disconnected()
    assert RecvTimeoutError.from_error(RecvError()) == RecvTimeoutError.Disconnected()


def test_95_the_tree():
    for error, _, _ in TEXTS:
        assert isinstance(error, ChannelError)
        assert error.value == (SECRET if "Send" in type(error).__qualname__ else None)
    assert issubclass(TrySendError.Full, TrySendError)
    assert not issubclass(TrySendError, SendError)
    for timeout in (RecvTimeoutError.Timeout, SendTimeoutError.Timeout):
        assert issubclass(timeout, TimeoutError)
        assert not issubclass(timeout.__mro__[1], TimeoutError)
    assert issubclass(DroppedError, ValueError)
    for kind in (DroppedError, ConcurrentReceiveError, ForkedError):
        assert issubclass(kind, ChannelError)
        assert str(kind("what happened")) == "what happened"
    assert SECRET not in repr(DroppedError("what happened", SECRET))
    assert pickle.loads(pickle.dumps(DroppedError("what happened", SECRET))).value == SECRET


def test_public_names_are_sorted_and_exist():
    assert channels.__all__ == sorted(channels.__all__)
    assert all(hasattr(channels, name) for name in channels.__all__)
