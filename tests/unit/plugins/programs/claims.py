"""Channels that claim what they do not have: each is the reference channel with one lie."""

from queue import Empty

from duckrace import channels


class Over:
    """A handle over one of the reference channel's."""

    def __init__(self, inner, **instead):
        vars(self).update(inner=inner, **instead)

    def __getattr__(self, name):
        return getattr(self.inner, name)

    def __iter__(self):
        return iter(self.inner)

    def __enter__(self):
        self.inner.__enter__()
        return self

    def __exit__(self, *exc):
        self.drop()

    def __repr__(self):
        return repr(self.inner)

    def __reduce_ex__(self, protocol):
        return self.inner.__reduce_ex__(protocol)


class Claims:
    """Claims `capability` besides what is true, and makes its channels by `lie(tx, rx, bound)`."""

    modules = ("duckrace.channels",)

    def __init__(self, capability, lie=None, bound=lambda bound: bound, base=("unbounded", "bounded", "drop", "clone")):
        self.name = f"claims {capability}"
        self.capabilities = tuple(dict.fromkeys((*base, *capability.split())))
        self.lie = lie or (lambda tx, rx: (tx, rx))
        self.bound = bound

    def made(self, bound):
        return channels.channel() if bound is None else channels.sync_channel(bound)

    def channel(self):
        return self.lie(*self.made(self.bound(None)))

    def sync_channel(self, bound):
        return self.lie(*self.made(self.bound(bound)))


def nothing(*arguments):
    pass


class Copied(Over):
    def __reduce_ex__(self, protocol):
        return (list, ())


class Named(Over):
    def __repr__(self):
        return "a handle"


class OwnErrors(Over):
    def try_recv(self):
        try:
            return self.inner.try_recv()
        except channels.TryRecvError.Empty:
            raise Empty from None


kept = []


def keeps(tx, rx):
    kept.extend((tx, rx))
    return tx, rx


def unclosed(tx, rx):
    return Over(tx, drop=nothing), Over(rx, drop=nothing)


unbounded = Claims("unbounded", bound=lambda bound: 8 if bound is None else bound)
bounded = Claims("bounded", bound=lambda bound: 100)
rendezvous = Claims("rendezvous", bound=lambda bound: bound or 1, base=("drop",))
drop = Claims("drop", unclosed)
clone = Claims("clone", lambda tx, rx: (Over(tx, clone=lambda: channels.channel()[0]), rx))
try_send = Claims("try_send", lambda tx, rx: (Over(tx, try_send=tx.send), rx))
timeouts = Claims("timeouts", lambda tx, rx: (tx, Over(rx, recv_timeout=lambda seconds: rx.recv())))
refcount_drop = Claims("refcount_drop", keeps)
guarded = Claims("guarded", lambda tx, rx: (Copied(tx), Copied(rx)))
repr_ = Claims("repr", lambda tx, rx: (Named(tx), Named(rx)))
try_iter = Claims("try_iter", lambda tx, rx: (tx, Over(rx, try_iter=rx.__iter__)))
validates = Claims("validates", bound=lambda bound: min(int(abs(bound)), 5) if bound is not None else None)
own_errors = Claims("drop", lambda tx, rx: (tx, OwnErrors(rx)))
