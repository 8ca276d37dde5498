"""An actor's source, outside of the sandbox: what is found in it, and what is wrong with it, with line and column."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from textwrap import dedent

import pytest
from plexspaces.sandbox import dependencies, faults, inspection, program
from plexspaces.sandbox.faults import SourceFault

HEAD = "from plexspaces import Actor, GenEvent, GenFSM, GenServer\n"
SERVER = (
    HEAD
    + "class Counter(GenServer):\n    def handle_request(self, from_actor, message_type, payload):\n        return ''\n"
)


def load(files: str | Mapping[str, str]) -> type:
    """Compile, run and check, as a deploy does; what is wrong comes out as a SourceFault."""
    source = program.from_files({"counter.py": dedent(files)} if isinstance(files, str) else files)
    try:
        kind = inspection.find(source.run(), source)
        inspection.check(kind, source)
        return kind
    except SourceFault:
        raise
    except Exception as error:
        raise faults.of_exception(error, source.paths, tuple(source.modules)) from error
    finally:
        source.forget()


def fault(files: str | Mapping[str, str]) -> SourceFault:
    with pytest.raises(SourceFault) as caught:
        load(files)
    return caught.value


def where(error: SourceFault) -> tuple[str, int, int]:
    return error.place.file, error.place.line, error.place.column


def test_the_class_and_its_behaviors_are_found() -> None:
    kind = load(
        HEAD
        + "class Log(GenEvent, GenServer):\n"
        + "    def handle_event(self, a, b, c): ...\n"
        + "    def handle_request(self, a, b, c): ...\n"
    )
    assert kind.__name__ == "Log"
    assert inspection.behaviors(kind) == ["gen-server", "gen-event"]


def test_a_base_of_the_authors_own_is_no_second_actor() -> None:
    assert load(SERVER + "class Better(Counter):\n    pass\n").__name__ == "Better"


def test_the_modules_own_class_goes_before_an_imported_one() -> None:
    files = {"actor.py": "from other import Counter\n" + SERVER.replace("Counter", "Mine"), "other.py": SERVER}
    assert load(files).__name__ == "Mine"


def test_an_actor_may_be_imported_from_a_file_beside() -> None:
    assert load({"actor.py": "from tools.other import Counter\n", "tools/other.py": SERVER}).__name__ == "Counter"


def test_a_module_without_an_actor_is_refused() -> None:
    error = fault("x = 1\n")
    assert error.message == (
        "there is no actor in it: no class derives from GenServer, GenEvent, GenFSM or Actor of plexspaces"
    )
    assert where(error)[:2] == ("counter.py", 1)


def test_a_class_that_forgot_its_base_is_named_with_its_line() -> None:
    error = fault("x = 1\n\nclass Counter:\n    def handle_request(self, a, b, c): ...\n")
    assert error.message == "class Counter has handle_request but does not derive from GenServer of plexspaces"
    assert where(error) == ("counter.py", 3, 1)


def test_two_actors_are_refused_with_the_line_of_the_second() -> None:
    error = fault(SERVER + "\nclass Log(GenEvent):\n    def handle_event(self, a, b, c): ...\n")
    assert error.message == (
        "one module is one actor, and here are several classes that could be it, with their lines:"
        " Counter (2) and Log (6)"
    )
    assert where(error) == ("counter.py", 6, 1)
    assert error.place.end_column == len("class Log") + 1


@pytest.mark.parametrize(
    ("base", "handler"),
    [
        ("GenServer", "handle_request"),
        ("GenEvent", "handle_event"),
        ("GenFSM", "handle_transition"),
        ("Actor", "handle_message"),
    ],
)
def test_a_handler_that_is_missing_is_named(base: str, handler: str) -> None:
    error = fault(HEAD + f"class Thing({base}):\n    pass\n")
    assert error.message == f"Thing derives from {base} but has no {handler}"
    assert where(error) == ("counter.py", 2, 1)


@pytest.mark.parametrize(
    ("method", "sentence"),
    [
        ("def handle_request(self, payload): ...", "handle_request is called as handle_request(self, from_actor,"),
        ("async def handle_request(self, a, b, c): ...", "handle_request is async"),
        ("def handle_request(self, a, b, c): yield", "handle_request is a generator"),
        ("def init(self): ...", "init is called as init(self, state): too many positional arguments"),
        ("def snapshot_state(self, extra): ...", "snapshot_state is called as snapshot_state(self): missing"),
        ("def __init__(self, size): ...", "Counter() is made without arguments (missing a required argument: 'size')"),
    ],
)
def test_a_method_that_cannot_be_called_is_refused_with_its_line(method: str, sentence: str) -> None:
    source = SERVER.replace("return ''\n", "return ''\n    " + method + "\n")
    error = fault(source)
    assert error.message.startswith(sentence)
    assert where(error) == ("counter.py", 5, 5)


def test_handlers_may_be_static_have_defaults_or_take_anything() -> None:
    for method in (
        "@staticmethod\n    def {}(a, b, c): ...",
        "def {}(self, *given): ...",
        "def {}(self, a, b, c, d=1): ...",
    ):
        load(HEAD + "class Counter(GenServer):\n    " + method.format("handle_request") + "\n")


def test_an_abstract_class_is_refused() -> None:
    error = fault(
        HEAD + "from abc import ABC, abstractmethod\nclass Base(ABC, GenServer):\n"
        "    @abstractmethod\n    def wanted(self): ...\n    def handle_request(self, a, b, c): ...\n"
    )
    assert error.message == "Base is abstract: wanted is not written"


def test_a_syntax_error_has_its_line_and_columns() -> None:
    error = fault("x = 1\ndef f(:\n    pass\n")
    assert (error.kind, error.message) == ("SyntaxError", "invalid syntax")
    assert where(error) == ("counter.py", 2, 7)
    assert error.place.end_line == 2


def test_an_indentation_error_keeps_its_kind() -> None:
    assert fault("if True:\nx = 1\n").kind == "IndentationError"


def test_a_syntax_error_in_a_file_beside_names_that_file() -> None:
    assert where(fault({"actor.py": SERVER, "tools/words.py": "\n\nx = ("}))[:2] == ("tools/words.py", 3)


@pytest.mark.parametrize("source", ["x = '\0'", "x = " + "(" * 2000 + ")" * 2000])
def test_a_source_that_python_cannot_even_read_is_refused(source: str) -> None:
    assert fault(source).place.file == "counter.py"


def test_a_byte_order_mark_is_fine() -> None:
    assert load("\ufeff" + SERVER).__name__ == "Counter"


def test_a_module_that_is_missing_is_named_with_line_column_and_what_was_meant() -> None:
    error = fault(HEAD + "if True:\n    import jsn\n")
    assert error.kind == "ModuleNotFoundError"
    assert error.message == (
        "no module 'jsn': an actor can import its own files, plexspaces and a part of the standard library;"
        " did you mean 'json'?"
    )
    assert where(error) == ("counter.py", 3, 5)


def test_a_standard_module_that_the_sandbox_lacks_is_called_that() -> None:
    assert faults.library.missing("ssl") == "the standard module 'ssl' is not available inside an actor"
    assert faults.library.missing("concurrent.futures").startswith("the standard module 'concurrent.futures' is not")


def test_a_missing_file_beside_is_looked_for_among_the_actors_own() -> None:
    error = fault({"actor.py": "import wrods\n", "words.py": ""})
    assert error.message.endswith("did you mean 'words'?")


def test_what_the_top_level_raises_has_the_place_in_the_actors_own_file() -> None:
    error = fault(HEAD + "import json\n\u00e9 = 1; numbers = json.loads('[1,')\n")
    assert error.kind == "JSONDecodeError"
    assert where(error)[:2] == ("counter.py", 3)
    assert error.place.column == len("\u00e9 = 1; numbers = ") + 1


def test_an_exit_at_the_top_level_is_an_error_like_any_other() -> None:
    source = program.from_files({"counter.py": "import sys\nsys.exit(3)\n"})
    with pytest.raises(SystemExit) as caught:
        source.run()
    source.forget()
    assert faults.of_exception(caught.value, source.paths).place.line == 2


def test_several_files_need_an_actor_py() -> None:
    assert fault({"a.py": "", "b.py": ""}).message == (
        "an actor of several files needs actor.py, with the actor's class; there is a.py, b.py"
    )
    assert fault({"readme.md": ""}).message == "there is no Python file in it"


def test_a_file_with_the_name_of_a_standard_module_is_refused() -> None:
    error = fault({"actor.py": SERVER, "json.py": ""})
    assert error.message == "json.py has the name of a module that is there already: rename it"
    assert error.place.file == "json.py"


def test_files_that_cannot_be_used_are_mentioned() -> None:
    source = program.from_files({"actor.py": SERVER, "my-tools.py": "", "data.csv": "", "readme.md": ""})
    assert source.warnings == [
        "left out, because only Python files are loaded: data.csv, readme.md",
        "my-tools.py cannot be imported: its name is no Python name",
    ]


def test_what_the_compiler_warns_of_is_kept() -> None:
    warnings = program.from_files({"counter.py": SERVER + "x = 1 is 1\n"}).warnings
    assert warnings == ['counter.py:5: "is" with \'int\' literal. Did you mean "=="?'] or "is" in warnings[0]


def test_packages_with_and_without_init_can_be_imported() -> None:
    files = {
        "actor.py": "import one.two.three, pack.part\nassert pack.name == 'pack' and one.two.three.x == 5\n" + SERVER,
        "one/two/three.py": "x = 5",
        "pack/__init__.py": "name = __name__",
        "pack/part.py": "from . import name\nfrom one.two.three import x",
    }
    assert load(files).__name__ == "Counter"


def test_nothing_of_a_program_is_left_behind() -> None:
    finders = list(sys.meta_path)
    load({"actor.py": "import words\n" + SERVER, "words.py": ""})
    assert "words" not in sys.modules
    assert "actor" not in sys.modules
    assert sys.meta_path == finders


def test_a_program_survives_the_way_through_text() -> None:
    source = program.from_files(
        {"actor.py": "import words\n" + SERVER, "words.py": "def f():\n    raise KeyError(1)\n"}
    )
    again = program.from_text(source.to_text())
    assert again.modules == source.modules
    try:
        again.run()
        with pytest.raises(KeyError) as caught:
            sys.modules["words"].f()
        assert faults.place_of(caught.value, again.paths).line == 2
    finally:
        again.forget()


@pytest.mark.parametrize("text", ["", "????", "AAAA", "aGVsbG8=", "6QAAAAA="])
def test_a_text_that_is_no_program_is_refused(text: str) -> None:
    with pytest.raises(SourceFault, match="this is no bytecode of an actor"):
        program.from_text(text)


def test_dataclasses_and_enums_of_the_actor_work() -> None:
    load(
        "from __future__ import annotations\nimport dataclasses, enum\n"
        + SERVER
        + "@dataclasses.dataclass\nclass D:\n    a: int\nclass E(enum.Enum):\n    A = 1\nassert D(1) == D(1)\n"
    )


@pytest.mark.parametrize(
    ("methods", "carries"),
    [((), True), (("init", "snapshot_state"), True), (("init",), False), (("snapshot_state",), False)],
)
def test_state_is_carried_over_when_both_methods_are_written_or_neither(
    methods: tuple[str, ...], carries: bool
) -> None:
    bodies = {"init": "    def init(self, state): ...\n", "snapshot_state": "    def snapshot_state(self): ...\n"}
    kind = load(SERVER + "".join(bodies[method] for method in methods))
    assert inspection.carries_state(kind) is carries
    notes = inspection.warnings(kind)
    assert [note.endswith("(write both or neither)") for note in notes] == ([] if carries else [True])


def test_methods_of_a_base_count_as_written() -> None:
    kind = load(
        HEAD + "class Base:\n    def init(self, state): ...\n    def snapshot_state(self): ...\n"
        "class Counter(Base, GenServer):\n    def handle_request(self, a, b, c): ...\n"
    )
    assert inspection.defines(kind, "init")
    assert inspection.carries_state(kind)


def test_a_handler_that_nobody_calls_is_warned_of() -> None:
    kind = load(SERVER + "    def handle_event(self, a, b, c): ...\n")
    assert inspection.warnings(kind) == ["handle_event is never called, because Counter does not derive from GenEvent"]


IMPORTS = [
    ("from plexspaces import GenServer, Reject", []),
    ("from plexspaces import keyvalue, log", ["keyvalue", "logging"]),
    ("from plexspaces import process_groups as pg", ["process-groups"]),
    ("import plexspaces.tuplespace", ["tuplespace"]),
    ("import plexspaces.tuplespace as ts", ["tuplespace"]),
    ("from plexspaces.locks import acquire", ["locks"]),
    ("import plexspaces\ndef f():\n    return plexspaces.blob.exists('a', 'b')", ["blob"]),
    ("import plexspaces as p\np.registry", ["registry"]),
    ("import plexspaces", []),
    ("from plexspaces import host\ndef f(): host.send_message('a', 'b', 'c')", ["messaging"]),
    (
        "from plexspaces import host as h\ndef f(): h.tuplespace_read(()); h.send_to_queue('q', 't')",
        ["channels", "tuplespace"],
    ),
    ("from plexspaces.host import publish_to_topic", ["channels"]),
    ("import plexspaces.host\nplexspaces.host.spawn_actor", ["messaging"]),
    ("from plexspaces import host\ndef f(): return host", ["channels", "messaging", "tuplespace"]),
    ("from plexspaces.host import *", ["channels", "messaging", "tuplespace"]),
    ("def f():\n    from plexspaces import http, socket", ["http", "socket"]),
    ("from plexspaces import *", sorted(dependencies.SERVICES.values())),
    ("keyvalue = 1\nkeyvalue.real", []),
]


@pytest.mark.parametrize(("source", "expected"), IMPORTS, ids=[source for source, _ in IMPORTS])
def test_the_services_that_a_source_imports_are_found(source: str, expected: list[str]) -> None:
    assert dependencies.interfaces(program.from_files({"actor.py": source})) == expected


def test_imports_inside_functions_that_will_fail_are_warned_of() -> None:
    source = dedent("""
        def late():
            import pandas
            from json import loads
            import words
            try:
                import orjson
            except ImportError:
                pass
        """)
    notes = dependencies.unreachable(program.from_files({"actor.py": source, "words.py": ""}))
    assert notes == [f"actor.py:3: {faults.library.missing('pandas')}"]
