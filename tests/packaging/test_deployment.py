"""The files that keep a node running elsewhere: linted, and their commands run here as they stand in them.

No image was built and no cluster or systemd ran them: there is no daemon, no registry of images and no PID 1 for that
where these tests run. What can be had without those is checked.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from workbench import machine, serving
from workbench.config import Config
from workbench.rpc.server import endpoint
from workbench.runtime import budget, scheduler
from workbench.runtime.system import SHUTDOWN_SECONDS

ROOT = Path(__file__).parents[2]
CONTAINER = ROOT / "packaging" / "container" / "Containerfile"
UNIT = ROOT / "packaging" / "systemd" / "workbench-node.service"
KUBERNETES = ROOT / "packaging" / "kubernetes"
TLS = "/etc/workbench/tls"
WITHOUT = ("PySide6", "shiboken6", "pyqtgraph", "qasync", "numpy")
HEADLESS = f"""
import sys
for name in {WITHOUT!r}:
    sys.modules[name] = None
from workbench.cli import main
sys.argv = ["workbench", *sys.argv[1:]]
main()
"""


def in_image() -> list[str]:
    """What the image runs: its ENTRYPOINT and CMD."""
    text = CONTAINER.read_text().replace("\\\n", "")
    return [
        part for kind in ("ENTRYPOINT", "CMD") for part in json.loads(re.findall(rf"^{kind} (.*)$", text, re.M)[-1])
    ]


def in_unit() -> list[str]:
    found = re.search(r"^ExecStart=(.*)$", UNIT.read_text(), re.M)
    assert found is not None
    return ["workbench", *shlex.split(found[1])[1:]]


def in_pod() -> list[str]:
    return ["workbench", "node", *node_container()["args"]]


def node_container() -> dict[str, Any]:
    pod = yaml.safe_load((KUBERNETES / "statefulset.yaml").read_text())["spec"]["template"]["spec"]
    found: dict[str, Any] = pod["containers"][0]
    return found


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As a secret of TLS is laid out."""
    made, mounted = tmp_path_factory.mktemp("made"), tmp_path_factory.mktemp("tls")
    subprocess.run(
        [sys.executable, "-m", "workbench", "node", "certs", made / "certs"], check=True, capture_output=True
    )
    for name, file in (("tls.crt", "server.pem"), ("tls.key", "server-key.pem"), ("ca.crt", "ca.pem")):
        shutil.copy(made / "certs" / file, mounted / name)
    return mounted


@pytest.mark.parametrize("command", [in_image(), in_unit(), in_pod()], ids=["container", "systemd", "kubernetes"])
def test_the_command_starts_a_node_without_qt_that_is_ready_and_ends_in_order(
    command: Sequence[str], certificates: Path, interpreter: str, tmp_path: Path
) -> None:
    assert interpreter and command[:2] == ["workbench", "node"]
    words = [
        re.sub(r"(HOST|\d[\d.]+):\d+$", r"127.0.0.1:0", word.replace(TLS, str(certificates))) for word in command[2:]
    ]
    run = [sys.executable, "-c", HEADLESS, "node", *words, "--workspace", str(tmp_path / "workspace")]
    with subprocess.Popen(run, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None and child.stderr is not None
        assert child.stdout.readline().startswith("127.0.0.1:")
        page = next(line for line in child.stderr if "metrics at" in line).split()[-1]
        with urllib.request.urlopen(page.replace("/metrics", "/ready"), timeout=10) as answer:
            assert answer.read() == b"ready\n"
        child.send_signal(signal.SIGTERM)
        child.communicate(timeout=60)
        assert child.returncode == 0


def test_what_the_image_leaves_out_is_what_the_test_leaves_out() -> None:
    found = re.search(r"pip uninstall --yes (.*)$", CONTAINER.read_text(), re.M)
    assert found is not None
    assert {name.removesuffix("-Essentials") for name in found[1].split()} == set(WITHOUT)


def test_ports_probes_and_the_time_to_end_belong_together() -> None:
    container = node_container()
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    arguments = dict(argument.removeprefix("--").split("=") for argument in container["args"])
    assert ports == {
        name: int(arguments[option].split(":")[1]) for name, option in (("grpc", "listen"), ("metrics", "metrics"))
    }
    service = yaml.safe_load((KUBERNETES / "service.yaml").read_text())
    assert {port["targetPort"]: port["port"] for port in service["spec"]["ports"]} == ports
    exposed = re.search(r"^EXPOSE (.*)$", CONTAINER.read_text(), re.M)
    assert exposed is not None and [int(port) for port in exposed[1].split()] == list(ports.values())
    mounts = {mount["mountPath"] for mount in container["volumeMounts"]}
    assert mounts == {TLS, re.search(r"WORKBENCH_WORKSPACE=(\S+)", CONTAINER.read_text())[1]}  # type: ignore[index]


def test_a_node_that_stops_in_order_is_not_killed_before_it_has() -> None:
    """What it lets go on, and then the bounds of its closing, one after the other."""
    needs = Config().drain_seconds + 2 * serving.LEAST_SECONDS + machine.TREE_SECONDS + 2 * SHUTDOWN_SECONDS
    needs += endpoint.CLOSE_SECONDS + scheduler.CLOSE_SECONDS
    unit = re.search(r"^TimeoutStopSec=(\d+)$", UNIT.read_text(), re.M)
    pod = yaml.safe_load((KUBERNETES / "statefulset.yaml").read_text())["spec"]["template"]["spec"]
    assert unit is not None
    assert needs <= int(unit[1]) and needs <= pod["terminationGracePeriodSeconds"]
    assert needs > 30, "with what Docker and Kubernetes give by themselves (10 and 30 s) it would be killed"


def test_hadolint_finds_nothing(tmp_path: Path) -> None:
    assert linted("hadolint", str(CONTAINER)) == (0, "")
    faulty = tmp_path / "Containerfile"
    faulty.write_text("FROM python:latest\nRUN cd /tmp && pip install x\n")
    assert linted("hadolint", str(faulty))[0] == 1, "it finds a planted fault"


def test_the_manifests_are_what_kubernetes_takes(tmp_path: Path) -> None:
    for file in (KUBERNETES / "statefulset.yaml", KUBERNETES / "service.yaml"):
        whole = yaml.safe_load(file.read_text())
        labelled = {"app.kubernetes.io/name": "actor-workbench"}  # as the kustomization adds them
        if whole["kind"] == "StatefulSet":
            whole["spec"]["selector"] = {"matchLabels": labelled}
            whole["spec"]["template"]["metadata"]["labels"] = labelled
        made = tmp_path / file.name
        made.write_text(yaml.safe_dump(whole))
        assert linted("kubernetes-validate", "--strict", "-k", "1.32", str(made))[0] == 0
    made.write_text(made.read_text().replace("port: 50051", "port: many"))
    assert linted("kubernetes-validate", "--strict", "-k", "1.32", str(made))[0] == 1, "it finds a planted fault"


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")
def test_kubectl_puts_the_manifests_together() -> None:
    done = subprocess.run(["kubectl", "kustomize", str(KUBERNETES)], capture_output=True, text=True, check=True)
    kinds = {each["kind"]: each for each in yaml.safe_load_all(done.stdout)}
    image = kinds["StatefulSet"]["spec"]["template"]["spec"]["containers"][0]["image"]
    assert sorted(kinds) == ["Service", "StatefulSet"] and image == "actor-workbench:0.1.0"
    assert kinds["Service"]["spec"]["selector"] == kinds["StatefulSet"]["spec"]["selector"]["matchLabels"]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_systemd_takes_the_unit_and_finds_it_hardened(tmp_path: Path) -> None:
    unit = tmp_path / UNIT.name
    unit.write_text(UNIT.read_text().replace("/opt/actor-workbench/bin/workbench", "/bin/true"))
    assert linted("systemd-analyze", "verify", str(unit)) == (0, "")
    assert linted("systemd-analyze", "security", "--offline=yes", "--threshold=20", str(unit))[0] == 0
    unit.write_text(unit.read_text().replace("Type=exec", "Type=whatever").replace("ProtectSystem=strict\n", ""))
    assert "whatever" in linted("systemd-analyze", "verify", str(unit))[1], "it finds a planted fault"


@pytest.mark.parametrize(("allowed", "is_bound"), [("max", False), ("1073741824", True), ("nonsense", False)])
def test_the_budget_of_a_container_is_what_the_container_may_take(
    allowed: str, is_bound: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (limit := tmp_path / "memory.max").write_text(f"{allowed}\n")
    monkeypatch.setattr(budget, "MEMORY_MAX", limit)
    assert (budget.three_quarters() == 3 << 28) is is_bound
    assert budget.three_quarters() > 0


def linted(*command: str) -> tuple[int, str]:
    program = shutil.which(command[0], path=str(Path(sys.executable).parent)) or command[0]
    done = subprocess.run([program, *command[1:]], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr
