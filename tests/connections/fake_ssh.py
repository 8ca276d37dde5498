"""A stand-in for `ssh` where there is no server of it: it forwards for real, as `-L` says, and logs how it was called.

    ssh -N -T -o OPTION… -L ADDRESS:PORT:HOST:PORT DESTINATION

The destination `refuses` ends with what ssh says then, `hangs` never listens.
"""

from __future__ import annotations

import os
import socket
import sys
import threading
from contextlib import suppress


def main(arguments: list[str]) -> int:
    with open(os.environ["FAKE_SSH_LOG"], "a", encoding="utf-8") as log:  # noqa: PTH123
        log.write(f"{os.getpid()} {' '.join(arguments)}\n")
    destination, forward = arguments[-1], arguments[arguments.index("-L") + 1]
    if destination == "refuses":
        sys.stderr.write("me@refuses: Permission denied (publickey).\r\n")
        return 255
    if destination == "hangs":
        threading.Event().wait()
    here, port, host, there = forward.split(":")
    with socket.create_server((here, int(port))) as listener:
        while True:
            near, _ = listener.accept()
            far = socket.create_connection((host, int(there)))
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=pump, args=(one, other), daemon=True).start()


def pump(one: socket.socket, other: socket.socket) -> None:
    with suppress(OSError):
        while data := one.recv(65_536):
            other.sendall(data)
    for end in (one, other):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
