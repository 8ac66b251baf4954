"""One thread sends "hi", the main thread receives it, and both look at every way in which that can go wrong.

    python examples/hello_matched.py
    duckrace explore examples/hello_matched.py::hello

The sender's error carries the value that was not sent; the receiver's error means that nothing more can come.
"""

from threading import Thread

from duckrace.channels import RecvError, SendError, channel


def hello() -> str:
    tx, rx = channel()

    def run() -> None:
        try:
            tx.send("hi")
        except SendError as error:
            print(f"Could not send {error.value!r}: {error}")
        else:
            print("Sent")

    thread = Thread(target=run)
    thread.start()
    try:
        received = rx.recv()
    except RecvError as error:
        received = f"nothing: {error}"
    thread.join()
    print(f"Got: {received}")
    return received


if __name__ == "__main__":
    hello()
