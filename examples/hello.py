"""One thread sends "hi", the main thread receives and prints it.

    python examples/hello.py
    duckrace explore examples/hello.py::hello

`send` and `recv` raise where Rust's return an error to be unwrapped.
"""

from threading import Thread

from duckrace.channels import channel


def hello() -> str:
    tx, rx = channel()

    def run() -> None:
        tx.send("hi")

    thread = Thread(target=run)
    thread.start()
    received = rx.recv()
    thread.join()
    print(f"Got: {received}")
    return received


if __name__ == "__main__":
    hello()
