"""The page about security names what the audit log, the roles and the rates are."""

from __future__ import annotations

from dataclasses import fields

import pages

from workbench.api import Role
from workbench.api.audit import AuditEntry
from workbench.config import Config
from workbench.rpc.security import SECRET_CHARACTERS
from workbench.rpc.server.rates import BURST, FAILED_PER_SECOND, PER_SECOND
from workbench.rpc.server.standard import REFLECTION_SECONDS
from workbench.storage.audit import FILE, FILE_BYTES, FILES

PAGE = pages.page("docs/security.md")
WORDS = " ".join(PAGE.split())
NAMED = [row[0] for row in pages.rows(PAGE)]


def test_every_member_of_the_audit_log_and_every_role_is_documented() -> None:
    members = [field.name for field in fields(AuditEntry)]
    assert [name for name in NAMED if name in members] == members
    assert [name for name in NAMED if name in tuple(Role)] == list(Role)


def test_the_figures_are_those_of_the_program() -> None:
    assert (Config().calls_per_second, Config().calls_at_once) == (PER_SECOND, BURST)
    assert f"{PER_SECOND:,} calls a second" in WORDS and f"{BURST:,} at once" in WORDS
    assert f"held to {FAILED_PER_SECOND} a second" in WORDS
    assert f"rotated at {FILE_BYTES >> 20} MiB" in WORDS and FILES == 5 and f"logs/{FILE}" in WORDS
    assert f"{SECRET_CHARACTERS} printable ASCII characters at least" in WORDS
    assert f"a deadline of up to {REFLECTION_SECONDS:g} s" in WORDS
