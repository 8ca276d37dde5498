"""The pages about actors: generated ones are current, and every example is an actor that works."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest
from plexspaces.sandbox.library import STANDARD

from workbench.api import Node
from workbench.guest.plexspaces.sandbox import library

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = re.findall(r"```python\n(.*?)```", (ROOT / "docs/python-actors.md").read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize(
    ("page", "script"),
    [
        ("wit/WIT_INTERFACE.md", "generate_wit.py"),
        ("docs/standard-library.md", "generate_library.py"),
        ("docs/sdk.md", "generate_sdk.py"),
    ],
)
def test_a_generated_page_is_current(page: str, script: str) -> None:
    wanted = runpy.run_path(str(ROOT / "packaging" / script))["page"]()
    assert (ROOT / page).read_text(encoding="utf-8") == wanted, f"run packaging/{script}"


def test_the_list_of_modules_has_no_module_twice() -> None:
    assert library.STANDARD == STANDARD == tuple(dict.fromkeys(STANDARD))


def deploy(node: Node, example: str) -> str:
    return node.modules.deploy(example.encode(), file_name="example.py").hash


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda text: re.findall(r"class (\w+)\(\w*(?:Gen|Actor)", text)[-1])
def test_every_example_can_be_deployed_and_started(node: Node, example: str) -> None:
    actor = node.actors.spawn(deploy(node, example))
    assert node.modules.get(actor.module).warnings == ()
    node.actors.stop(actor.id)


def example(name: str) -> str:
    return next(text for text in EXAMPLES if f"class {name}(" in text)


def test_the_counter_of_the_page_counts(node: Node) -> None:
    actor = node.actors.spawn(deploy(node, example("Counter")), "41").id
    assert node.actors.ask(actor, "increment").payload == "42"


def test_the_visitors_of_the_page_are_remembered(node: Node) -> None:
    actor = node.actors.spawn(deploy(node, example("Visitors"))).id
    node.actors.tell(actor, "came", "ada")
    node.actors.tell(actor, "came", "bob")
    assert node.actors.ask(actor, "who").payload == "ada, bob"


def test_the_door_of_the_page_opens_and_closes(node: Node) -> None:
    actor = node.actors.spawn(deploy(node, example("Door"))).id
    assert [node.actors.ask(actor, what).payload for what in ("open", "close", "open")] == ["open", "closed", "open"]


def test_the_orders_of_the_page_are_carried_over(node: Node) -> None:
    module = deploy(node, example("Pizzeria"))
    first = node.actors.spawn(module).id
    node.actors.ask(first, "one", "l")
    second = node.actors.spawn(module, node.actors.snapshot(first)).id
    assert node.actors.ask(second, "two", "s").payload == "2"


def test_the_reminder_of_the_page_goes_on_without_a_counter(node: Node) -> None:
    actor = node.actors.spawn(deploy(node, example("Reminder"))).id
    node.actors.ask(actor, "look")
    assert [line.message.split(":")[0] for line in node.logs(actor=actor)] == ["no counter"]
