"""The plug-in of the README: `queue.Queue` as a channel that nobody can close."""

from queue import Empty, Full, Queue

from duckrace.channels import TryRecvError, TrySendError


class Sender:
    def __init__(self, queue):
        self.queue = queue
        self.send = queue.put

    def try_send(self, value):
        try:
            self.queue.put_nowait(value)
        except Full:
            raise TrySendError.Full(value) from None


class Receiver:
    def __init__(self, queue):
        self.queue = queue
        self.recv = queue.get

    def try_recv(self):
        try:
            return self.queue.get_nowait()
        except Empty:
            raise TryRecvError.Empty from None

    def __iter__(self):
        while True:
            yield self.recv()


class MyChannel:
    name, modules = "my channel", ()
    capabilities = ("unbounded", "bounded", "try_send")

    def channel(self):
        return self.sync_channel(0)  # without bound: a Queue's way to say it

    def sync_channel(self, bound):
        queue = Queue(bound)
        return Sender(queue), Receiver(queue)


channel = MyChannel()
