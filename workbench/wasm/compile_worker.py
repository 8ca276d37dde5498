"""The compiling process: one line of JSON in, one line out, until standard input ends.

It is separate so that a compilation can be cancelled for real (the process is killed) and warm so that a small module
does not wait for imports. A request is {"input": path, "output": path}, the answer {"error": text}.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from wasmtime import Module, WasmtimeError
from wasmtime.component import Component

from workbench.wasm.engine import new_engine

CORE = b"\0asm\1\0\0\0"
"""How a core module begins; a component has another version."""


def main() -> None:
    engine = new_engine()
    for line in sys.stdin:
        request = json.loads(line)
        error = ""
        try:
            data = Path(request["input"]).read_bytes()
            compiled = (Module if data[:8] == CORE else Component)(engine, data).serialize()
            Path(request["output"]).write_bytes(compiled)
        except (WasmtimeError, OSError) as failed:
            error = str(failed)
        sys.stdout.write(json.dumps({"error": error}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
