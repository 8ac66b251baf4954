"""Channels between threads with the meaning of Rust's ``std::sync::mpsc``: many senders, one receiver.

    tx, rx = channel()                  # or sync_channel(bound)
    worker = threading.Thread(target=produce, args=(tx.clone(),))
    ...
    tx.drop()                           # the last sender's drop ends the loop
    for message in rx:
        ...

What a channel promises is written down as numbered statements, the channel contract; docstrings name them in brackets.

    _contract   the protocol of the handles          _errors     what they raise
    _construct  channel(), sync_channel()            _handle     dropped, never copied
    _senders    Sender, SyncSender                   _receiver   Receiver, Iter, TryIter
    _core       the lock, drops, interrupts          _waiting    who waits for what
    _buffered   when a message may pass: a buffer    _rendezvous ... from hand to hand
    _deadline   seconds                              _refusal    why not
    _fork, _exit  processes that fork, interpreters that end
    _inspect    who still holds a handle

It needs nothing but the standard library's ``threading``, and imports nothing of the rest of duckrace.
"""

from ._construct import channel, sync_channel
from ._contract import HandleLike, ReceiverLike, SenderLike, SyncSenderLike
from ._errors import (
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
from ._inspect import handle_core, living_handles
from ._receiver import Iter, Receiver, TryIter
from ._senders import Sender, SyncSender

__all__ = [
    "ChannelError",
    "ConcurrentReceiveError",
    "DroppedError",
    "ForkedError",
    "HandleLike",
    "Iter",
    "Receiver",
    "ReceiverLike",
    "RecvError",
    "RecvTimeoutError",
    "SendError",
    "SendTimeoutError",
    "Sender",
    "SenderLike",
    "SyncSender",
    "SyncSenderLike",
    "TryIter",
    "TryRecvError",
    "TrySendError",
    "channel",
    "handle_core",
    "living_handles",
    "sync_channel",
]
