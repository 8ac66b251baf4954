"""What a call raises for what the model answers (contract 95)."""

from __future__ import annotations

from typing import Final

from duckrace.channels import (
    ChannelError,
    ConcurrentReceiveError,
    DroppedError,
    RecvError,
    RecvTimeoutError,
    SendError,
    SendTimeoutError,
    TryRecvError,
    TrySendError,
)
from duckrace_models import ConcurrentReceive, Disconnected, Dropped, Empty, Full, Response, Timeout

ERRORS: Final[dict[str, dict[type[Response], type[ChannelError]]]] = {
    "send": {Disconnected: SendError},
    "try_send": {Disconnected: TrySendError.Disconnected, Full: TrySendError.Full},
    "send_timeout": {Disconnected: SendTimeoutError.Disconnected, Timeout: SendTimeoutError.Timeout},
    "recv": {Disconnected: RecvError},
    "try_recv": {Disconnected: TryRecvError.Disconnected, Empty: TryRecvError.Empty},
    "recv_timeout": {Disconnected: RecvTimeoutError.Disconnected, Timeout: RecvTimeoutError.Timeout},
    "clone": {},
    "drop": {},
    "lose": {},
}
ALWAYS: Final[dict[type[Response], type[ChannelError]]] = {
    Dropped: DroppedError,
    ConcurrentReceive: ConcurrentReceiveError,
}
