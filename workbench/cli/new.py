"""`workbench new NAME`: a file to begin with."""

from __future__ import annotations

import keyword
import re
import sys
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
    check_name(path.name.removesuffix(".py"))
    source = template(behavior, class_name(path.stem))
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(source)
    except FileExistsError:
        raise AlreadyExists(f"{path} is there already; choose another name") from None
    except OSError as error:
        raise Invalid(f"cannot write {path}: {(error.strerror or str(error)).lower()}") from None
    click.echo(path)


def check_name(stem: str) -> None:
    """Invalid when a module of this name could not be imported, or would hide one that actors import."""
    if not stem.strip():
        raise Invalid("the name is empty; give the actor one, for example counter")
    if keyword.iskeyword(stem):
        raise Invalid(f"{stem!r} is a word of Python's own; choose another name")
    if stem in sys.stdlib_module_names or stem == "plexspaces":
        whose = "of the SDK" if stem == "plexspaces" else "of a module of Python's standard library"
        raise Invalid(f"{stem!r} is the name {whose}, which the file would hide; choose another name")


def template(behavior: str, name: str) -> str:
    """The template of `behavior` with its class called `name`."""
    source = (directory("resources") / "templates" / f"{behavior}.py").read_text(encoding="utf-8")
    return source.replace("Example", name)


def class_name(stem: str) -> str:
    """`order_book` becomes `OrderBook`; Invalid when nothing is left to be a name."""
    words = re.findall(r"[^\W_]+", stem)
    made = "".join(word[:1].upper() + word[1:] for word in words)
    if not made.isidentifier() or keyword.iskeyword(made):
        raise Invalid(f"{stem!r} makes no class name; use letters, digits and _, and begin with a letter")
    return made
