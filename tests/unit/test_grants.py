"""The grammar of grants: what each covers, which includes which, and a sentence for everything that is none."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from workbench.api import CAPABILITIES, Grant, Invalid, hosts, includes, parse_grant, profile
from workbench.api.capabilities import MODED, NAMELESS, check_folder
from workbench.wasm.holdings import Holdings

NAMES = st.text(alphabet="ab*/:", max_size=4)
HOSTS = st.sampled_from(["a.example", "b.example", "127.0.0.1", "[::1]", "localhost", "[::ffff:10.0.0.1]"])
FOLDERS = st.sampled_from(["/srv", "/srv/a", "/srv/b=c", "/"])


def _written() -> st.SearchStrategy[str]:
    plain = st.builds(
        lambda capability, mode, scope: (
            capability + (f":{mode}" if mode and capability in MODED else "") + (f"/{scope}" if scope else "")
        ),
        st.sampled_from(sorted(set(CAPABILITIES) - NAMELESS - {"filesystem", "network", "environment"})),
        st.sampled_from(["", "read", "write"]),
        NAMES,
    )
    network = st.builds(lambda host, port: f"network/{host}{port}", HOSTS, st.sampled_from(["", ":80", ":443"]))
    folder = st.builds(
        lambda path, guest, mode: f"filesystem/{path}=/{guest}:{mode}",
        FOLDERS,
        st.sampled_from(["", "x"]),
        st.sampled_from(["ro", "rw"]),
    )
    variable = st.builds("environment/{}".format, st.sampled_from(["A", "AB"]))
    return st.one_of(plain, network, folder, variable, st.sampled_from(sorted(NAMELESS)))


GRANTS = _written().map(parse_grant)
ASKED = st.one_of(
    NAMES,
    FOLDERS,
    st.builds(lambda host, port: hosts.target(hosts.canonical(host), port), HOSTS, st.sampled_from([80, 443, 8080])),
    st.sampled_from(["A", "AB"]),
)


@pytest.mark.parametrize(
    ("grant", "capability", "mode", "name", "allowed"),
    [
        ("keyvalue", "keyvalue", "write", "anything", True),
        ("keyvalue:read", "keyvalue", "write", "a", False),
        ("keyvalue:read/config/*", "keyvalue", "read", "config/x", True),
        ("keyvalue:read/config/*", "keyvalue", "read", "secret", False),
        ("channels/orders.*", "channels", "", "orders.new", True),
        ("channels/orders.*", "locks", "", "orders.new", False),
        ("blob/reports", "blob", "read", "reports", True),
        ("blob/reports", "blob", "read", "reports2", False),
        ("messaging/a*b", "messaging", "", "axb", False),
        ("network/example.org", "network", "", "example.org:443", True),
        ("network/example.org:443", "network", "", "example.org:80", False),
        ("network/Example.ORG.:443", "network", "", "example.org:443", True),
        ("network/example.org", "network", "", "www.example.org:443", False),
        ("network/[::1]:80", "network", "", "[::1]:80", True),
        ("network/::1", "network", "", "[::1]:80", True),
        ("network/::ffff:127.0.0.1", "network", "", "127.0.0.1:80", True),
        ("filesystem//srv/a=/data:ro", "filesystem", "ro", "/srv/a", True),
        ("filesystem//srv/a=/data:ro", "filesystem", "rw", "/srv/a", False),
        ("filesystem//srv/a=/data:rw", "filesystem", "ro", "/srv/a", True),
        ("filesystem//srv/a=/data:rw", "filesystem", "ro", "/srv/a/b", False),
        ("environment/HOME", "environment", "", "HOME", True),
        ("environment/HOME", "environment", "", "HOMES", False),
    ],
)
def test_a_grant_covers_what_it_says(grant: str, capability: str, mode: str, name: str, allowed: bool) -> None:
    assert parse_grant(grant).covers(capability, mode, name) is allowed


@given(st.sampled_from(["messaging", "keyvalue", "blob"]), st.sampled_from(["", "read", "write"]), st.text(min_size=1))
def test_a_grant_of_any_name_reads_back_as_it_was_written(capability: str, mode: str, scope: str) -> None:
    grant = Grant(capability, "" if capability == "messaging" else mode, scope)
    assert parse_grant(str(grant)) == grant


@given(_written())
def test_every_grant_reads_back_as_it_was_written(text: str) -> None:
    assert parse_grant(str(parse_grant(text))) == parse_grant(text)


@given(st.lists(GRANTS, min_size=5, max_size=8), st.lists(ASKED, min_size=3, max_size=6))
@example([Grant("keyvalue", "", "a**"), Grant("keyvalue", "", "a*")], ["ax"])
@example([parse_grant("network/a.example"), parse_grant("network/a.example:80")], ["a.example:443"])
def test_whatever_an_included_grant_covers_the_including_one_covers(grants: list[Grant], names: list[str]) -> None:
    for mine, other in itertools.product(grants, grants):
        if includes(mine, other):
            for mode, name in itertools.product(("", "read", "write", "ro", "rw"), names):
                assert mine.covers(other.capability, mode, name) or not other.covers(other.capability, mode, name)


@given(GRANTS)
def test_a_grant_includes_itself_and_the_whole_capability_includes_it(grant: Grant) -> None:
    assert includes(grant, grant)
    assert grant.capability in {"filesystem", "network", "environment"} or includes(Grant(grant.capability), grant)


@given(GRANTS, GRANTS, GRANTS)
def test_inclusion_goes_on_from_grant_to_grant(first: Grant, second: Grant, third: Grant) -> None:
    if includes(first, second) and includes(second, third):
        assert includes(first, third)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no capability ''"),
        ("flying", "no capability 'flying'"),
        ("logging:read", "logging has no modes"),
        ("keyvalue:delete", "the modes read and write"),
        ("keyvalue/", "is empty"),
        (":read", "no capability ''"),
        ("clocks/x", "has no name"),
        ("keyvalue/\ud800", "a grant is a text"),
        ("messaging/" + "x" * 5_000, "up to 4,096 characters"),
        ("filesystem", "does not end in :ro"),
        ("filesystem//srv=/data", "does not end in :ro"),
        ("filesystem//srv=/data:wr", "does not end in :ro"),
        ("filesystem:ro//srv=/data:ro", "no modes before its folder"),
        ("filesystem//srv:ro", "names no two folders"),
        ("filesystem/srv=/data:ro", "'srv' in .* is relative"),
        ("filesystem//srv=data:ro", "'data' in .* is relative"),
        ("filesystem//srv/../etc=/data:ro", "has a '..'"),
        ("filesystem//srv=/data/..:ro", "has a '..'"),
        ("filesystem//srv\0=/data:ro", "a NUL"),
        ("network", "names no host"),
        ("network/", "names no host"),
        ("network/*", "is no host"),
        ("network/*.example.org", "is no host"),
        ("network/exa mple.org", "is no host"),
        ("network/bücher.example", "is no host"),
        ("network/user@example.org", "is no host"),
        ("network/example.org/path", "is no host"),
        ("network/example.org:", "port .* is empty"),
        ("network/example.org:0", "is no port"),
        ("network/example.org:65536", "is no port"),
        ("network/example.org:http", "is no port"),
        ("network/2130706433", "is no address"),
        ("network/0x7f000001", "is no address"),
        ("network/127.1", "is no address"),
        ("network/0177.0.0.1", "is no address"),
        ("network/1.2.3.256", "is no address"),
        ("network/[::1", "in brackets"),
        ("network/[127.0.0.1]:80", "no IPv6 address"),
        ("network/[fe80::1%25eth0]:80", "is no address|network interface"),
        ("network/fe80::1%eth0", "network interface"),
        ("environment", "names no variable"),
        ("environment/", "names no variable"),
        ("environment/A*", "names no variable"),
        ("environment/A=B", "names no variable"),
    ],
)
def test_a_wrong_grant_is_refused_in_one_sentence(text: str, said: str) -> None:
    with pytest.raises(Invalid, match=said) as refused:
        parse_grant(text)
    assert "\n" not in refused.value.message and len(refused.value.message) < 500


def test_a_folder_is_granted_only_where_there_is_one_and_by_its_own_name(tmp_path: Path) -> None:
    folder = tmp_path.resolve() / "data"
    folder.mkdir()
    check_folder(parse_grant(f"filesystem/{folder}=/data:ro"))
    (folder.parent / "link").symlink_to("/etc")
    (folder / "file").write_text("x")
    for path, said in (("link", "leads to /etc"), ("nothing", "there is no folder"), ("data/file", "there is no")):
        with pytest.raises(Invalid, match=said):
            check_folder(parse_grant(f"filesystem/{folder.parent / path}=/data:ro"))


def test_every_profile_grants_what_exists() -> None:
    for name in ("strict", "balanced", "permissive"):
        for grant in profile(name).grants:
            parse_grant(grant)


def test_what_is_lent_for_a_time_is_not_handed_on() -> None:
    holdings = Holdings([parse_grant("keyvalue:read")])
    holdings.add(parse_grant("messaging"), "once")
    holdings.add(parse_grant("spawn"), "session")
    assert holdings.holds(parse_grant("keyvalue:read/a"))
    assert not holdings.holds(parse_grant("messaging"))
    assert not holdings.holds(parse_grant("spawn"))
    holdings.add(parse_grant("spawn"), "always")
    assert holdings.holds(parse_grant("spawn"))


def test_other_lasting_grants_leave_what_is_lent_and_what_was_counted() -> None:
    holdings = Holdings([parse_grant("messaging"), parse_grant("spawn")])
    holdings.add(parse_grant("locks"), "session")
    assert holdings.use("messaging")
    holdings.exchange([parse_grant("messaging"), parse_grant("keyvalue")])
    assert set(holdings.words) == {"messaging", "keyvalue", "locks"}
    assert holdings.unused() == (parse_grant("keyvalue"), parse_grant("locks"))
