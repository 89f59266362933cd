"""The control plane for tests, one for all processes of a test run, and what goes with it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cluster import results
from tests.cluster.client import Client
from tests.cluster.control_plane import ControlPlane
from tests.cluster.external import external
from tests.cluster.namespaces import new_namespace

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "proof.md"

Record = Callable[[str, str, int], None]

_COUNTS = pytest.StashKey[results.Counts]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that names a cluster of the user's own."""
    parser.addoption("--kubeconfig", help="prove it on the cluster of this file's current context")


class _Counting:
    """Collects what tests counted and measured, from all worker processes."""

    def __init__(self, counts: results.Counts) -> None:
        self.counts = counts
        self.measured: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add what a test counted and measured."""
        if report.when == "teardown":
            results.add(self.counts, report.user_properties)
            properties = report.user_properties
            self.measured += [str(line) for name, line in properties if name == results.MEASURED]

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print what was measured."""
        if self.measured:
            terminalreporter.section("measured")
        for line in self.measured:
            terminalreporter.write_line(line)


def pytest_configure(config: pytest.Config) -> None:
    """Count from the first report on."""
    config.stash[_COUNTS] = {}
    config.pluginmanager.register(_Counting(config.stash[_COUNTS]))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark all tests of this folder, before `-m` looks at marks."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.cluster)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Write docs/proof.md after a green run of everything, in the process that saw all reports."""
    counts = session.config.stash[_COUNTS]
    worker = hasattr(session.config, "workerinput")
    if exitstatus == 0 and not worker and counts.keys() == results.FAMILIES.keys():
        PAGE.write_text(results.page(counts), encoding="utf-8")


@pytest.fixture(scope="session")
def control_plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """A control plane with nodes worker-1 to worker-5, shared by all processes of the run."""
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    note = shared / "control-plane"
    with (shared / "control-plane.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        folder = Path(note.read_text()) if note.exists() else None
        if folder and folder.exists():
            plane = ControlPlane.join(folder)
        else:
            plane = ControlPlane.start()
            note.write_text(str(plane.folder))
    yield plane
    plane.close()


@pytest.fixture(scope="session")
def client(request: pytest.FixtureRequest) -> Iterator[Client]:
    """A client of the control plane, or of the cluster that `--kubeconfig` names."""
    kubeconfig = request.config.getoption("--kubeconfig", default=None)
    if kubeconfig is None:
        plane: ControlPlane = request.getfixturevalue("control_plane")
        yield plane.client
        return
    with external(Path(kubeconfig)) as theirs:
        yield theirs


@pytest.fixture
def namespace(client: Client) -> Iterator[str]:
    """A new namespace that enforces Pod Security `restricted`, deleted after the test."""
    with new_namespace(client) as name:
        yield name


@pytest.fixture
def record(request: pytest.FixtureRequest) -> Record:
    """Say what was counted: `record("accepted", "combinations", 7)` is a line of docs/proof.md."""

    def said(family: str, what: str, number: int) -> None:
        request.node.user_properties.append(results.to_property(family, what, number))

    return said
