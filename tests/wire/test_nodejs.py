"""A client in another language drives a node with nothing of ours but the proto files."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.pages import page
from tests.wire.processes import ROOT, NodeProcess
from workbench.api import Role
from workbench.rpc.client import RemoteNode

HERE = Path(__file__).with_name("nodejs")
TALLY = ROOT / "resources" / "actors" / "tally.wat"
INSTALL_SECONDS, RUN_SECONDS = 300, 120
NODE, NPM = shutil.which("node"), shutil.which("npm")

pytestmark = pytest.mark.skipif(
    NODE is None or NPM is None, reason="there is no node or npm on this machine: apt-get install nodejs npm"
)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The client with its packages, as the lock file has them."""
    folder = tmp_path_factory.mktemp("nodejs") / "client"
    shutil.copytree(HERE, folder)
    assert NPM is not None
    done = subprocess.run(
        [NPM, "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=folder, capture_output=True, text=True,
        check=False, timeout=INSTALL_SECONDS,
    )  # fmt: skip
    if done.returncode and re.search(r"ENOTFOUND|ECONNREFUSED|ETIMEDOUT|EAI_AGAIN", done.stderr):
        pytest.skip("npm cannot reach the registry from here, and the client needs its two packages")
    assert done.returncode == 0, done.stderr
    return folder / "client.js"


@pytest.fixture
def process(tmp_path: Path) -> Iterator[NodeProcess]:
    with NodeProcess(tmp_path / "workspace") as started:
        yield started


def run(client: Path, address: str, *, token: str = "") -> subprocess.CompletedProcess[str]:
    assert NODE is not None
    return subprocess.run(
        [NODE, str(client), address, str(ROOT / "proto"), str(TALLY)], capture_output=True, text=True, check=False,
        timeout=RUN_SECONDS, env=os.environ | {"WORKBENCH_TOKEN": token},
    )  # fmt: skip


def test_it_deploys_spawns_calls_and_watches(client: Path, process: NodeProcess) -> None:
    done = run(client, process.address)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    size = TALLY.stat().st_size
    assert found["sent"] == [size, 0]  # the second time the node has it
    assert (found["spawned"], found["event"]) == ("visitor", {"kind": "actors.spawned", "subject": "visitor"})
    assert found["replies"] == ["1", "2", "2"] and found["position"]
    assert found["refused"]["status"] == "NOT_FOUND" and "nobody" in found["refused"]["text"]
    with RemoteNode(process.address) as remote:
        module = remote.modules.get("from-node-js")
        assert module.hash == found["hash"] != hashlib.sha256(TALLY.read_bytes()).hexdigest()
        assert list(remote.actors.list()) == []


def test_it_shows_a_token_where_one_is_asked_for(client: Path, process: NodeProcess) -> None:
    with RemoteNode(process.address) as remote:
        token = remote.tokens.create("nodejs", role=Role.OPERATE).secret
    refused = run(client, process.address)
    assert refused.returncode == 1 and "UNAUTHENTICATED" in refused.stderr
    assert run(client, process.address, token=token).returncode == 0


def test_the_page_shows_the_client_as_it_is() -> None:
    """What the page prints of it are lines of it."""
    (shown,) = re.findall(r"```js\n(.*?)```", page("docs/grpc.md"), re.DOTALL)
    source = (HERE / "client.js").read_text(encoding="utf-8").splitlines()
    assert [line for line in shown.splitlines() if line.strip() and line != "// …" and line not in source] == []
