"""Supervision as Erlang's: random trees against a model of its rules, and against OTP's own supervisor."""

from __future__ import annotations

import itertools
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from tests.unit.fragile import settle, stepped_node
from tests.unit.otp_model import Sup, Work
from tests.unit.supervised import Real

MODEL_EXAMPLES = 5_000
OTP_SCENARIOS = 400
PLANTED = 40
OTP = Path(__file__).with_name("otp.escript")
STRATEGIES = ("one_for_one", "one_for_all", "rest_for_one")
RESTARTS = ("permanent", "transient", "temporary")
Steps = list[tuple[str, str]]
Played = tuple[Sup, Steps, list[list[str]]]


def supervision() -> dict[str, object]:
    """5,000 random trees x failures do what a model of Erlang's rules does; 400 do what OTP's own supervisor does."""
    return {"model": _model(), "otp": _otp()}


def _model() -> dict[str, object]:
    started = time.monotonic()
    test = "tests/unit/test_supervision_model.py"
    environment = {**os.environ, "SUPERVISION_EXAMPLES": str(MODEL_EXAMPLES)}
    if subprocess.run([sys.executable, "-m", "pytest", "-q", test], env=environment, check=False).returncode:
        raise SystemExit("a tree did not behave as the model of Erlang's rules does")
    return {"examples": MODEL_EXAMPLES, "seconds": round(time.monotonic() - started, 1)}


def _otp() -> dict[str, object]:
    escript = shutil.which("escript")
    if escript is None:
        raise SystemExit("OTP is not here, so its supervisor cannot be compared with: apt-get install erlang-base")
    chance = random.Random(20_261_125)
    played = [_play(chance) for _ in range(OTP_SCENARIOS)]
    for (tree, steps, ours), other in zip(played, _on_otp(escript, played), strict=True):
        if list(map(_settled, ours)) != list(map(_settled, other)):
            raise SystemExit(f"OTP does something else.\n tree: {tree}\n steps: {steps}\n ours: {ours}\n OTP: {other}")
    planted = [(replace(tree, strategy="one_for_one"), steps, ours) for tree, steps, ours in played[:PLANTED]]
    if all(ours == other for (_, _, ours), other in zip(planted, _on_otp(escript, planted), strict=True)):
        raise SystemExit("the comparison does not see another strategy")
    restarts = sum(word.startswith("start") for _, _, ours in played for trace in ours[1:] for word in trace)
    return {"scenarios": len(played), "steps": sum(len(steps) for _, steps, _ in played), "restarts": restarts}


def _on_otp(escript: str, played: list[Played]) -> list[list[list[str]]]:
    """What OTP's supervisor does in each scenario, step by step."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "scenarios"
        file.write_text("".join(f"{{{_tree(tree)}, [{_steps(steps)}]}}.\n" for tree, steps, _ in played))
        done = subprocess.run([escript, str(OTP), str(file)], capture_output=True, text=True, check=True, timeout=1800)
    return [[part.split(",") if part else [] for part in line.split(";")] for line in done.stdout.splitlines()]


def _settled(trace: list[str]) -> list[str]:
    """OTP tells all children of a pool to stop at once: in which order they do is nobody's promise."""
    parts = itertools.groupby(trace, lambda word: word.rpartition("-")[0] if word.startswith("stop") else "")
    return [word for pool, words in parts for word in (sorted(words) if pool else words)]


def _play(chance: random.Random) -> Played:
    """A random scenario on our own supervisors: its tree, the steps taken, and what happened at the start and each."""
    tree = _random_tree(chance, iter("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"), 2)
    names, pools = _names(tree), _pools(tree)
    steps: Steps = []
    with stepped_node() as node, Real(node, tree) as real:
        traces = [real.take_trace()]
        for _ in range(chance.randint(3, 12)):
            living = real.workers()
            what = chance.choice(("crash", "crash", "crash", "finish", "block", "free", "more"))
            if what in ("crash", "finish") and living:
                name = chance.choice(living)
                real.end(name, abnormal=what == "crash")
            elif what in ("block", "free"):
                name = chance.choice(names)
                real.block(name) if what == "block" else real.free(name)
            elif what == "more" and pools:
                pool = chance.choice(pools)
                found = real.start_child(pool)
                if found is None:
                    continue  # it is blocked or stopped; the number that it would have had is not known
                name = f"{pool} {found.rpartition('-')[2]}"
            else:
                continue
            settle(node)
            steps.append((what, name))
            traces.append(real.take_trace())
    return tree, steps, traces


def _random_tree(chance: random.Random, names: Iterator[str], depth: int) -> Sup:
    name, restart = f"sup_{next(names)}", "permanent" if depth == 2 else chance.choice(RESTARTS)
    intensity = chance.randint(0, 3)
    if depth < 2 and chance.random() < 0.25:
        pool = (Work(next(names), chance.choice(RESTARTS)),)
        return Sup(name, "simple_one_for_one", intensity, 3600.0, restart, pool)
    children: list[Work | Sup] = []
    for _ in range(chance.randint(1, 4)):
        if depth and chance.random() < 0.35:
            children.append(_random_tree(chance, names, depth - 1))
        else:
            children.append(Work(next(names), chance.choice(RESTARTS)))
    return Sup(name, chance.choice(STRATEGIES), intensity, 3600.0, restart, tuple(children))


def _names(tree: Sup) -> list[str]:
    return [name for child in tree.children for name in (_names(child) if isinstance(child, Sup) else [child.name])]


def _pools(tree: Sup) -> list[str]:
    own = [tree.name] if tree.strategy == "simple_one_for_one" else []
    return own + [name for child in tree.children if isinstance(child, Sup) for name in _pools(child)]


def _tree(tree: Sup | Work) -> str:
    if isinstance(tree, Work):
        return f"{{work, '{tree.name}', {tree.restart}}}"
    children = ", ".join(map(_tree, tree.children))
    head = f"sup, '{tree.name}', {tree.strategy}, {tree.intensity}, {tree.period:.0f}, {tree.restart}"
    return f"{{{head}, [{children}]}}"


def _steps(steps: Steps) -> str:
    return ", ".join(_step(what, name) for what, name in steps)


def _step(what: str, name: str) -> str:
    if what != "more":
        return f"{{{what}, '{name}'}}"
    pool, number = name.split()
    return f"{{more, '{pool}', {number}}}"
