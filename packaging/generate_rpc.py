"""Generate the Python messages of `proto/` into `workbench/rpc/generated`, typed; a test compares the two.

The messages are moved under our own package: `plexspaces` is the name of the SDK that actors import.
Run it with the project's own Python: `.venv/bin/python packaging/generate_rpc.py`.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
PROTO = ROOT / "proto"
TARGET = ROOT / "workbench" / "rpc" / "generated"
HOME = "workbench.rpc.generated.plexspaces.v1"
NOTE = "Generated from proto/ by packaging/generate_rpc.py; do not edit."


def generate(target: Path) -> None:
    """Write the modules of every `.proto` file into `target`."""
    import grpc_tools
    from grpc_tools import protoc

    known = Path(grpc_tools.__file__).parent / "_proto"  # google/protobuf/descriptor.proto, for options of our own
    sources = sorted(str(path.relative_to(PROTO)) for path in PROTO.rglob("*.proto"))
    with tempfile.TemporaryDirectory() as scratch:
        made_of = [f"-I{PROTO}", f"-I{known}", f"--python_out={scratch}", f"--pyi_out={scratch}"]
        if protoc.main(["protoc", *made_of, *sources]):
            raise SystemExit("protoc refused the files of proto/")
        for made in sorted(Path(scratch).rglob("*.py*")):
            kept = target / made.relative_to(scratch)
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_text(moved(made.read_text(encoding="utf-8")), encoding="utf-8")
    for package in (target, target / "plexspaces", target / "plexspaces" / "v1"):
        (package / "__init__.py").write_text(f'"""{NOTE}"""\n', encoding="utf-8")


def moved(source: str) -> str:
    """The generated module with its imports of other generated modules led to their home."""
    return source.replace("from plexspaces.v1 import", f"from {HOME} import")


if __name__ == "__main__":
    generate(TARGET)
    print(f"{len(list(TARGET.rglob('*_pb2.py')))} modules in {TARGET.relative_to(ROOT)}", file=sys.stderr)
