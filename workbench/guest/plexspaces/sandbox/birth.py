"""The last steps of building a component, whose memory as it is then is that of every actor at its start."""

from __future__ import annotations

import gc
import pkgutil
import sys
from importlib import import_module

from . import census, chance, library, memory, printing, rehearsal


def prepare() -> None:
    """Import all that can ever be imported, redirect what is printed, and leave memory fit to be shared."""
    library.import_all()
    chance.install()
    world = import_module("wit_world.imports")
    for module in pkgutil.iter_modules(world.__path__):
        import_module(f"wit_world.imports.{module.name}")
    sys.path.clear()  # there are no files: a missing module is missing at once
    sys.path_importer_cache.clear()
    rehearsal.play()
    printing.install()
    gc.collect()
    census.take()
    gc.collect()
    memory.fill_holes()
    gc.freeze()
