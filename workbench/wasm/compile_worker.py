"""The compiling process: one line of JSON in, one line out, until standard input ends.

It is separate so that a compilation can be cancelled for real (the process is killed) and warm so that a small module
does not wait for imports. A request is {"input": path, "output": path}, the answer {"error": text}.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from wasmtime import WasmtimeError
from wasmtime.component import Component

from workbench.wasm.engine import new_engine


def main() -> None:
    engine = new_engine()
    for line in sys.stdin:
        request = json.loads(line)
        error = ""
        try:
            compiled = Component(engine, Path(request["input"]).read_bytes()).serialize()
            Path(request["output"]).write_bytes(compiled)
        except (WasmtimeError, OSError) as failed:
            error = str(failed)
        sys.stdout.write(json.dumps({"error": error}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
