"""The Python that makes a call: a whole program, which can be pasted and run while the app is open."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass
from typing import Any

from workbench.api import ANY
from workbench.api.calls import GIVEN_TOKEN, TOKEN_VARIABLE, Call

HOMES = "workbench.api"


def program(call: Call, at: Sequence[str], workspace: str) -> str:
    """`at` are the options that lead to the node, `workspace` is where its private endpoint is, without them."""
    names: set[str] = set()
    given = [_source(value, names) for value in call.arguments]
    secret = [name for name, value in call.options.items() if name == "token" and value == GIVEN_TOKEN]
    given += [
        f"{name}={f'os.environ[{TOKEN_VARIABLE!r}]' if name in secret else _source(value, names)}"
        for name, value in call.options.items()
    ]
    road = "node" if call.facet == "node" else f"node.{call.facet}"
    opened, needs = _opening(at, workspace)
    needs |= {"os"} if secret else set()
    imports = [*(f"import {each}" for each in sorted(needs)), ""]
    if names:
        imports.insert(-1, f"from {HOMES} import {', '.join(sorted(names))}")
    answer = ".payload" if call.method == "actors.ask" else ""
    return "\n".join((*imports, *opened, f"    print({road}.{call.verb}({', '.join(given)}){answer})", ""))


def _opening(at: Sequence[str], workspace: str) -> tuple[list[str], set[str]]:
    options = dict(zip(at[::2], at[1::2], strict=False))
    node = options.pop("--node", "")
    if not node:
        return [
            f"endpoint = workbench.endpoint({workspace!r})",
            'with workbench.connect(f"grpc://{endpoint.address}", token=endpoint.token) as node:',
        ], {"workbench"}
    if node.startswith("bundle:"):
        return [f"with workbench.connect({node!r}) as node:"], {"workbench"}
    more, needs = [], {"workbench"}
    file = options.pop("--token-file", "")
    if file:
        more.append(f"token=workbench.token_in({file!r})")
    elif ":" in node:
        more.append('token=os.environ.get("WORKBENCH_TOKEN", "")')
        needs.add("os")
    more += [f"{name.removeprefix('--').replace('-', '_')}={value!r}" for name, value in options.items()
             if name != "--workspace"]  # fmt: skip
    url = f"grpc://{node}" if ":" in node else f"connection:{node}"
    return [f"with workbench.connect({', '.join((repr(url), *more))}) as node:"], needs


def _source(value: Any, names: set[str]) -> str:
    """Python that makes the value again; what it needs of the api goes to `names`."""
    if isinstance(value, enum.Enum):
        names.add(type(value).__name__)
        return f"{type(value).__name__}.{value.name}"
    if value is ANY:
        names.add("ANY")
        return "ANY"
    if isinstance(value, type):
        return value.__name__
    if is_dataclass(value):
        names.add(type(value).__name__)
        parts = (f"{each.name}={_source(getattr(value, each.name), names)}" for each in fields(value)
                 if each.default is MISSING or getattr(value, each.name) != each.default)  # fmt: skip
        return f"{type(value).__name__}({', '.join(parts)})"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key!r}: {_source(each, names)}' for key, each in value.items())}}}"
    if isinstance(value, list | tuple):
        inside = ", ".join(_source(each, names) for each in value)
        return f"({inside}{',' if len(value) == 1 else ''})"
    return repr(value)
