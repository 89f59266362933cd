"""
Measure a hundred environments in one cluster, through Flux: `python -m tests.cluster.gitops.scale`.

It prints the table of docs/scale.md. Nothing here judges; the machine and the date are named with
the figures.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.cluster.client import wait_for
from tests.cluster.control_plane import ControlPlane
from tests.cluster.gitops import proof
from tests.cluster.gitops.flux import Flux
from tests.cluster.gitops.followed import Followed
from tests.cluster.gitops.git_server import git_server
from tests.repository import HEAD, new

EMQX = "emqx:\n  version: 5.8.9\n  replicas: 3\n"
_HAPROXY = "{terminateAt: haproxy, secretName: emqx-tls}"
_EPHEMERAL = "storage: {type: ephemeral}\n"
_BY_API = "discovery: {strategy: k8s, addressType: ip}\n"
PATTERNS = (
    _EPHEMERAL,
    "storage: {type: nfs, server: nfs.example.com, path: /srv/emqx, size: 1Gi}\n",
    f"workload: {{kind: deployment}}\n{_BY_API}{_EPHEMERAL}",
    f"exposure: {{type: loadBalancer, provider: metallb, tls: {_HAPROXY}}}\n{_EPHEMERAL}",
)
"""Taken in turns: by DNS, with volumes, a Deployment that asks the API, behind HAProxy."""

SETTING = "  settings: {EMQX_LOG__CONSOLE__LEVEL: debug}\n"
_WRITES = {"POST", "PUT", "PATCH", "APPLY", "DELETE"}


@dataclass(frozen=True)
class Requests:
    """What the API server has answered so far, by verb."""

    by_verb: Mapping[str, float]

    @classmethod
    def read(cls, plane: ControlPlane) -> Requests:
        """Ask the API server's metrics."""
        answer = plane.client.request("GET", "/metrics").body["message"]
        by_verb: dict[str, float] = {}
        for line in answer.splitlines():
            found = re.match(r'apiserver_request_total\{.*verb="(\w+)".*\} (\S+)', line)
            if found:
                # Flux asks of every object what applying it would do, and writes what differs.
                verb = "dry run" if 'dry_run="All"' in line else found[1]
                by_verb[verb] = by_verb.get(verb, 0) + float(found[2])
        return cls(by_verb)

    def since(self, before: Requests) -> str:
        """Return how many there were since *before*, how many of them wrote, or only asked to."""
        more = {verb: count - before.by_verb.get(verb, 0) for verb, count in self.by_verb.items()}
        writes = sum(count for verb, count in more.items() if verb in _WRITES)
        asked = more.get("dry run", 0)
        return f"{sum(more.values()):,.0f} ({writes:,.0f} writes, {asked:,.0f} dry runs)"


def of_controller(text: str) -> float:
    """Return how many requests a controller has made, by its own metrics."""
    found = re.findall(r"^rest_client_requests_total\{.*\} (\S+)$", text, re.MULTILINE)
    return sum(map(float, found))


def processes(folder: Path) -> dict[str, int]:
    """Return the process of each program of the control plane in *folder*, Flux's too."""
    found = {}
    for path in Path("/proc").glob("[0-9]*"):
        try:
            argv = (path / "cmdline").read_bytes().split(b"\0")
            inside = str(folder).encode() in (path / "environ").read_bytes() + b" ".join(argv)
        except OSError:
            continue
        name = Path(os.fsdecode(argv[0])).name
        if inside and name != Path(sys.executable).name:
            found[name] = int(path.name)
    return found


def memory(pid: int) -> tuple[float, float]:
    """Return resident memory in MB, now and at its most."""
    text = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    now, most = (re.search(rf"{name}:\s+(\d+) kB", text) for name in ("VmRSS", "VmHWM"))
    assert now
    assert most
    return int(now[1]) / 1024, int(most[1]) / 1024


def settled(followed: Followed, commit: str) -> bool:
    """Tell whether every environment has applied *commit*, by one request."""
    namespace, _ = followed.entries["lab"]
    found = followed.flux.client.list("kustomize.toolkit.fluxcd.io/v1", "Kustomization", namespace)
    if len(found) <= len(followed.namespaces):
        return False
    time.sleep(1)
    return not any(complaint for each in found for complaint in proof.applied(each, commit))


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("-n", "--environments", type=int, default=100)
    parser.add_argument("-c", "--concurrent", type=int, default=4)
    options = parser.parse_args()
    names = [f"env-{number:03d}" for number in range(options.environments)]
    with tempfile.TemporaryDirectory(prefix="emqx-gitops-scale-") as folder:
        repositories = Path(folder) / "git"
        repositories.mkdir()
        plane = ControlPlane.start()
        try:
            with git_server(repositories) as url:
                flux = Flux.start(plane, [f"--concurrent={options.concurrent}"])
                files = {
                    f"overlays/{name}/environment.yaml": HEAD + EMQX + PATTERNS[index % 4]
                    for index, name in enumerate(names)
                }
                source = f'{{source: {{name: scale, url: "{url}/scale.git"}}}}'
                files["overlays/clusters.yaml"] = f"clusters: {{lab: {{flux: {source}}}}}\n"
                repository = new(Path(folder) / "work", files)
                bare = repositories / "scale.git"
                measure(Followed.new(flux, plane, repository, bare, f"{url}/scale.git"))
        finally:
            plane.close()


def measure(followed: Followed) -> None:
    """Print the rows of the table, one as soon as it is known."""
    plane, kustomize = followed.plane, followed.flux.kustomize
    row("before", plane)
    for what, act in (
        ("first sync", followed.bootstrap),
        ("nothing changed", partial(nothing, followed)),
        ("one setting of one environment", partial(one, followed)),
    ):
        before, own = Requests.read(plane), of_controller(kustomize.metrics())
        started = time.monotonic()
        commit = act()
        wait_for(partial(settled, followed, commit), what, seconds=3600)
        seconds = time.monotonic() - started
        mine = of_controller(kustomize.metrics()) - own
        tell(f"{what}: {seconds:.0f} s; API requests {Requests.read(plane).since(before)}")
        tell(f"  of kustomize-controller {mine:,.0f}")
        row(what, plane)
    objects = len(list(followed.repository.root.glob("dist/rendered/*/*.yaml")))
    pods = len(plane.client.list("v1", "Pod"))
    tell(f"{len(followed.namespaces)} environments, {objects} objects applied, {pods} pods")


def nothing(followed: Followed) -> str:
    """Commit what concerns no environment."""
    followed.repository.write("README.md", "A hundred environments.\n")
    return followed.commit("Say what this is")


def one(followed: Followed) -> str:
    """Change a setting of the first environment."""
    name = "overlays/env-000/environment.yaml"
    followed.repository.write(name, followed.repository.read(name).replace(EMQX, EMQX + SETTING))
    followed.synth()
    return followed.commit("Log more in one environment")


def tell(line: str) -> None:
    """Print a line at once: the next one may take minutes."""
    print(line, flush=True)  # noqa: T201  (its answer)


def row(what: str, plane: ControlPlane) -> None:
    """Print what each program holds in memory."""
    for name, pid in sorted(processes(plane.folder).items()):
        now, most = memory(pid)
        tell(f"  {what}: {name} {now:.0f} MB, at most {most:.0f} MB")


if __name__ == "__main__":
    main()
