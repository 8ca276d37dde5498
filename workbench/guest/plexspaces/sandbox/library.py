"""The part of the standard library that actors can import.

An actor has no files: what is not imported while the component is built can never be. The list is generous where a
module works inside the sandbox, and leaves out what cannot: processes, sockets, terminals, native libraries.
"""

from __future__ import annotations

import codecs
import sys
from difflib import get_close_matches
from importlib import import_module

_PROMISED = """
abc annotationlib argparse array ast base64 binascii bisect builtins calendar cmath codecs collections collections.abc
colorsys configparser contextlib contextvars copy copyreg csv dataclasses datetime decimal difflib dis email
email.headerregistry email.message email.mime.multipart email.mime.text email.parser email.policy email.utils enum
errno fnmatch fractions functools gc getopt gettext glob graphlib gzip hashlib heapq hmac html html.entities
html.parser http http.cookies importlib importlib.util inspect io ipaddress itertools json json.decoder json.encoder
keyword linecache locale logging logging.handlers marshal math mimetypes numbers operator os os.path pathlib pickle
pkgutil platform plistlib posixpath pprint queue quopri random re reprlib sched secrets shlex shutil sqlite3 stat
statistics string string.templatelib stringprep struct sys tempfile textwrap threading time timeit token tokenize
tomllib traceback types typing unicodedata urllib.error urllib.parse uuid warnings wave weakref xml.dom.minidom
xml.etree.ElementTree xml.sax xml.sax.saxutils zipfile zlib
"""
STANDARD = tuple(_PROMISED.split())
"""The modules that are promised, and imported when the component is built."""

_LAZY = """
_ast_unparse _colorize _pydatetime _strptime _suggestions email.base64mime email.charset email.contentmanager
email.generator email.mime.application email.mime.base email.mime.image email.quoprimime sqlite3.dump
xml.dom.expatbuilder xml.sax.expatreader
"""
"""What standard modules import inside of functions, too late for an actor."""

_CODECS = """
ascii base64 cp1252 cp437 hex idna iso8859-1 iso8859-15 latin-1 punycode raw-unicode-escape rot13 unicode-escape utf-16
utf-16-be utf-16-le utf-32 utf-32-be utf-32-le utf-7 utf-8 utf-8-sig zlib
"""


def import_all() -> None:
    """Import everything that is promised. Called once, while a component is built; a module that fails ends it."""
    for name in (*STANDARD, *_LAZY.split()):
        import_module(name)
    for name in _CODECS.split():
        codecs.lookup(name)


def is_importable(name: str) -> bool:
    """Whether `import name` works inside the sandbox, apart from the actor's own files."""
    return name in sys.modules or name in sys.builtin_module_names


def missing(name: str, own: tuple[str, ...] = ()) -> str:
    """The sentence for a module that cannot be imported; `own` are the names of the actor's own modules."""
    if name.partition(".")[0] in sys.stdlib_module_names and name not in _public_parents():
        return f"the standard module {name!r} is not available inside an actor"
    near = get_close_matches(name, (*STANDARD, "plexspaces", *own), n=1, cutoff=0.75)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    return f"no module {name!r}: an actor can import its own files, plexspaces and a part of the standard library{hint}"


def _public_parents() -> frozenset[str]:
    return frozenset(name.partition(".")[0] for name in STANDARD)
