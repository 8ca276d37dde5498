"""`workbench new NAME`: a file to begin with."""

from __future__ import annotations

import re
from pathlib import Path

import click

from workbench.api import AlreadyExists, Invalid
from workbench.cli import options
from workbench.data import directory

BEHAVIORS = ("gen_server", "gen_event", "gen_fsm")


@click.command()
@click.argument("name")
@click.option(
    "--behavior", type=click.Choice(BEHAVIORS), default="gen_server", show_default=True, help="What it handles."
)
@options.debug
def new(name: str, behavior: str) -> None:
    """Write NAME.py, an actor from a template."""
    path = Path(name if name.endswith(".py") else f"{name}.py")
    source = template(behavior, class_name(path.stem))
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(source)
    except FileExistsError:
        raise AlreadyExists(f"{path} is there already; choose another name") from None
    except OSError as error:
        raise Invalid(f"cannot write {path}: {(error.strerror or str(error)).lower()}") from None
    click.echo(path)


def template(behavior: str, name: str) -> str:
    """The template of `behavior` with its class called `name`."""
    source = (directory("resources") / "templates" / f"{behavior}.py").read_text(encoding="utf-8")
    return source.replace("Example", name)


def class_name(stem: str) -> str:
    """`order_book` becomes `OrderBook`; Invalid when nothing is left to be a name."""
    words = re.findall(r"[^\W_]+", stem)
    made = "".join(word[:1].upper() + word[1:] for word in words)
    if not made.isidentifier():
        raise Invalid(f"{stem!r} makes no class name; use letters, digits and _, and begin with a letter")
    return made
