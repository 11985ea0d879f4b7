"""A process in which everything is imported, and from which workers are forked: python -m tests.chaos.nursery SOCKET.

A line of JSON on the socket asks for one: its `arguments`, its `environment` and the file that it logs to. The answer
is its process id, and from then on the connection is the worker's standard input and output. It ends with its
standard input, and workers end with theirs.
"""

import json
import os
import random
import select
import signal
import socket
import sys
import traceback
from typing import Any

from tests.chaos import worker


def _become(connection: socket.socket, order: dict[str, Any]) -> None:
    """This fork, a worker for the rest of its life."""
    status = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.dup2(connection.fileno(), 0)
        os.dup2(connection.fileno(), 1)
        os.dup2(os.open(order["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT), 2)
        os.environ.clear()
        os.environ.update(order["environment"])
        random.seed()
        sys.argv = ["tests.chaos.worker", *order["arguments"]]
        worker.say(str(os.getpid()))
        worker.main()
        status = 0
    except BaseException:  # noqa: BLE001 - whatever it was, the fork must not go on as its parent
        traceback.print_exc()
    finally:
        os._exit(status)


def main() -> None:
    """Workers, until nobody wants more."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # who has died is gone at once
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(sys.argv[1])
        server.listen()
        worker.say("ready")
        while server in select.select([server, 0], [], [])[0]:
            connection, _ = server.accept()
            with connection, connection.makefile("rb") as asked:
                order = json.loads(asked.readline())
                if os.fork() == 0:
                    server.close()
                    _become(connection, order)


if __name__ == "__main__":
    main()
