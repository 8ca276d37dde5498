"""Every value of the api survives the wire."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.api import (
    ActorId,
    ActorInfo,
    Backoff,
    Birth,
    Cause,
    ChildInfo,
    ChildSpec,
    Crashed,
    Damage,
    DeadLetter,
    Envelope,
    Event,
    Exhausted,
    Figures,
    HostCall,
    Internal,
    Invalid,
    JournalEvent,
    JournalInfo,
    Kind,
    Limits,
    Location,
    LogLine,
    ModuleInfo,
    NodeInfo,
    Outcome,
    Reply,
    RestartPlan,
    RestartRecord,
    Sample,
    Strategy,
    SupervisorInfo,
    SupervisorSpec,
    TreeChange,
    Turn,
    WorkbenchError,
    parse_grant,
)
from workbench.api.limits import BOUNDS, STACK_CLASSES
from workbench.api.supervision import INFINITY, LIMITS
from workbench.rpc import convert, faults
from workbench.rpc.generated.plexspaces.v1 import (
    actors_pb2,
    common_pb2,
    journal_pb2,
    modules_pb2,
    node_pb2,
    supervision_pb2,
)

number = st.integers(0, (1 << 63) - 1)
floating = st.floats(allow_nan=False)
payload = st.text() | st.binary()
small = st.integers(0, (1 << 31) - 1)
st.register_type_strategy(int, number)
st.register_type_strategy(float, floating)
location = st.builds(Location, line=small, column=small, end_line=small, end_column=small)
cause = st.builds(Cause, location=st.none() | location)
value = st.recursive(
    st.none() | st.booleans() | st.integers(-(1 << 63), (1 << 64) - 1) | floating | st.text() | st.binary(),
    lambda below: st.lists(below) | st.lists(below).map(tuple),
    max_leaves=8,
)
host_call = st.builds(HostCall, arguments=st.lists(value).map(tuple), result=value)
envelope = st.builds(Envelope, payload=payload, headers=st.dictionaries(st.text(), st.text()))
positive = st.integers(1, 10**15)
within = {name: st.integers(*bounds) for name, bounds in BOUNDS.items()}
limits = st.builds(Limits, **within | {"stack_bytes": st.sampled_from(STACK_CLASSES)})
word = st.text(min_size=1, max_size=20)
backoff = st.builds(
    Backoff, first_ms=st.integers(1, 1_000), most_ms=st.integers(1_000, 9_000), factor=st.floats(1, 100)
)
worker = st.builds(
    ChildSpec,
    name=word,
    module=word,
    state=payload,
    limits=st.dictionaries(st.sampled_from(LIMITS), positive),
    shutdown_ms=st.integers(-1, 9_999),
    durable=st.booleans(),
    supervisor=st.none(),
)


def supervisor_of(children: st.SearchStrategy[ChildSpec]) -> st.SearchStrategy[SupervisorSpec]:
    rules = {"intensity": st.integers(0, 9), "period_ms": st.integers(1, 9_999), "backoff": st.none() | backoff}
    strategies = st.sampled_from([found for found in Strategy if found is not Strategy.SIMPLE_ONE_FOR_ONE])
    below = st.lists(children, max_size=3).map(tuple)
    return st.builds(SupervisorSpec, name=word, strategy=strategies, children=below, **rules)


def child_above(tree: SupervisorSpec) -> ChildSpec:
    return ChildSpec(tree.name, shutdown_ms=INFINITY, supervisor=tree)


children = st.recursive(worker, lambda below: supervisor_of(below).map(child_above), max_leaves=5)
tree = supervisor_of(children)
child_info = st.builds(ChildInfo, restarts_in_seconds=st.none() | floating)
grant = st.sampled_from(("spawn", "keyvalue:read/config/*", "network/example.org:443")).map(parse_grant)
birth = st.builds(Birth, state=payload, limits=limits, grants=st.lists(grant, max_size=3).map(tuple))
turn = st.builds(
    Turn,
    birth=st.none() | birth,
    unrepeatable=st.text(),
    envelope=st.none() | envelope,
    outcome=st.sampled_from(Outcome),
    reply=payload,
    cause=st.none() | cause,
    host_calls=st.lists(host_call, max_size=3).map(tuple),
)
MESSAGES = {
    ActorInfo: (st.builds(ActorInfo, limits=limits, last_cause=st.none() | cause), actors_pb2.ActorInfo),
    SupervisorSpec: (tree, supervision_pb2.SupervisorSpec),
    SupervisorInfo: (
        st.builds(SupervisorInfo, spec=tree, children=st.lists(child_info, max_size=3).map(tuple)),
        supervision_pb2.SupervisorInfo,
    ),
    RestartPlan: (st.builds(RestartPlan), supervision_pb2.RestartPlan),
    TreeChange: (st.builds(TreeChange), supervision_pb2.TreeChange),
    RestartRecord: (st.builds(RestartRecord, cause=st.none() | cause), supervision_pb2.RestartRecord),
    DeadLetter: (st.builds(DeadLetter, envelope=envelope, cause=st.none() | cause), actors_pb2.DeadLetter),
    Cause: (cause, common_pb2.Cause),
    Damage: (st.builds(Damage), journal_pb2.Damage),
    Event: (st.builds(Event), node_pb2.Event),
    JournalEvent: (st.builds(JournalEvent, payload=payload), journal_pb2.JournalEvent),
    JournalInfo: (st.builds(JournalInfo), journal_pb2.JournalInfo),
    Limits: (limits, actors_pb2.Limits),
    LogLine: (st.builds(LogLine), node_pb2.LogLine),
    ModuleInfo: (st.builds(ModuleInfo), modules_pb2.ModuleInfo),
    NodeInfo: (st.builds(NodeInfo), node_pb2.NodeInfo),
    Reply: (st.builds(Reply, payload=payload), actors_pb2.Reply),
    Sample: (st.builds(Sample), node_pb2.Sample),
    Turn: (turn, actors_pb2.Turn),
}


@pytest.mark.parametrize("kind", MESSAGES, ids=lambda kind: kind.__name__)
def test_a_record_comes_back_as_it_was(kind: type) -> None:
    strategy, message = MESSAGES[kind]

    @given(strategy)
    def check(record: object) -> None:
        sent = convert.to_message(record, message).SerializeToString()
        assert convert.from_message(message.FromString(sent), kind) == record

    check()


@given(value)
def test_a_value_of_a_host_call_comes_back_with_its_type(plain: object) -> None:
    back = convert.value_of(common_pb2.Value.FromString(convert.value(plain).SerializeToString()))
    assert back == plain
    assert repr(back) == repr(plain)


FIGURES = Figures(None, 5, 7)
ERRORS = [
    Invalid("wrong", locations=(Location("a.py", 3, 4),)),
    Crashed("died", cause=Cause("exhausted", "fuel", limit="fuel", limit_value=5), figures=FIGURES),
    Exhausted("too much", limit="mailbox", value=10, used=11),
    Exhausted("too much", limit="fuel", value=10),
    *(kind("text", figures=FIGURES) for kind in WorkbenchError.__subclasses__()),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.code)
def test_an_error_comes_back_with_everything_it_carries(error: WorkbenchError) -> None:
    back = faults.error_of(faults.detail(error))
    assert type(back) is type(error)
    assert vars(back) == vars(error)


def test_a_code_of_a_newer_node_is_internal_and_keeps_its_text() -> None:
    back = faults.error_of(common_pb2.ErrorDetail(code="quantum", message="new"))
    assert (type(back), back.message) == (Internal, "new")


def test_an_error_is_cut_to_what_fits_into_metadata() -> None:
    long = Crashed("x" * 100_000, cause=Cause("crashed", "y" * 100_000, traceback="z" * 1_000_000))
    assert len(faults.detail(long).SerializeToString()) < 32_000


def test_every_code_has_a_status() -> None:
    assert {kind.code for kind in WorkbenchError.__subclasses__()} == set(faults.STATUS)


def test_an_identity_and_an_address_are_told_apart() -> None:
    for actor in (ActorId("a@b", "space", "tenant"), "a@b", "a"):
        assert convert.actor_of(convert.actor(actor)) == actor


def test_long_lists_travel_in_several_answers() -> None:
    messages = [convert.payload("x" * 1000) for _ in range(3000)]
    parts = list(convert.batches(messages))
    assert [message for part in parts for message in part] == messages
    assert len(parts) == 12
    assert list(convert.batches([])) == []


def test_kinds_are_those_of_the_api() -> None:
    assert [Kind(kind.value) for kind in Kind] == list(Kind)
