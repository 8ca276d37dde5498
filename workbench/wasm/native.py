"""wasmtime's own WASI for one instance: granted folders as preopened ones, and output by file.

Files are opened by the engine, which holds guests to their folders whatever paths and links they try. Clocks, chance,
the environment and the creation of sockets stay ours (`SHADOWED`): an instance of WASI that is taken over must be
complete. Streams and pollables are the engine's, so that a pollable of our clock cannot be made: such an actor does not
sleep, for nobody could end a wait inside the engine.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from ctypes import c_void_p
from pathlib import Path

from workbench.api.capabilities import Grant, check_folder
from workbench.api.errors import Cause, Unavailable
from workbench.wasm import ffi

SHADOWED = frozenset({"monotonic-clock", "wall-clock", "random", "insecure", "insecure-seed", "environment", "exit",
                      "tcp-create-socket", "udp-create-socket"})  # fmt: skip
OUTPUT_BYTES = 4 << 20
"""The most that a guest may write to stdout and stderr in one turn."""


class Output:
    """A file that the engine writes to, read by us after each turn. `write(stream, data)` takes what came."""

    def __init__(self, stream: int, write: Callable[[int, bytes], object]) -> None:
        self._stream, self._write = stream, write
        self._file, name = tempfile.mkstemp(prefix="workbench-output-")
        self.path, self._read = Path(name), 0

    def opened(self) -> None:
        """The engine has it open too: nobody else needs to find it."""
        with suppress(OSError):  # on Windows what is open stays until it is closed
            self.path.unlink(missing_ok=True)

    def waiting(self) -> int:
        """Bytes that were written since it was read."""
        return os.fstat(self._file).st_size - self._read

    def drain(self) -> None:
        """Hand on what came, as far as there is room, and give its place on the disk back."""
        waiting = self.waiting()
        if waiting:
            os.lseek(self._file, self._read, os.SEEK_SET)
            self._write(self._stream, os.read(self._file, min(waiting, OUTPUT_BYTES)))
            self._read += waiting
            os.ftruncate(self._file, 0)  # the engine goes on writing behind: a hole, not bytes
            os.ftruncate(self._file, self._read)

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
        self.opened()


class Native:
    """The engine's WASI of one instance, with these folders."""

    def __init__(self, folders: Sequence[Grant], streams: Sequence[int], write: Callable[[int, bytes], object]) -> None:
        self.folders = folders
        self._outputs = [Output(stream, write) for stream in streams]

    def attach(self, context: c_void_p) -> None:
        """Give it to a store. Invalid: a folder is no longer there or itself. Unavailable: it cannot be opened."""
        config = ffi.wasi_new()
        try:
            for grant in self.folders:
                check_folder(grant)
                if not ffi.wasi_preopen(config, os.fsencode(grant.folder), grant.guest.encode(), grant.mode == "rw"):
                    raise Unavailable(f"{grant.folder} cannot be opened, although it was granted as {grant.guest}")
            for output, set_file in zip(self._outputs, (ffi.wasi_stdout, ffi.wasi_stderr), strict=True):
                if not set_file(config, os.fsencode(output.path)):
                    raise Unavailable(f"{output.path} cannot be written to")
                output.opened()
        except BaseException:
            ffi.wasi_delete(config)
            raise
        if error := ffi.set_wasi(context, config):
            raise Unavailable(f"WASI cannot be set up: {ffi.take_message(error)}")

    def overflow(self) -> Cause | None:
        """Why the guest must end, when it has written too much in its turn."""
        used = max(output.waiting() for output in self._outputs)
        if used <= OUTPUT_BYTES:
            return None
        text = f"output: the actor wrote {used:,} bytes in one turn, up to {OUTPUT_BYTES:,} are taken"
        return Cause("exhausted", text, limit="output", limit_value=OUTPUT_BYTES, used=used)

    def drain(self) -> None:
        for output in self._outputs:
            output.drain()

    def close(self) -> None:
        for output in self._outputs:
            output.close()
