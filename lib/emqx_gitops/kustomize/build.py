"""
Build overlays with the real Kustomize, several to a process.

Starting Kustomize costs as much as building a small overlay, so overlays share processes; only such
whose objects cannot clash do. A batch that fails is built again one by one, so that the error names
its overlay.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from subprocess import TimeoutExpired

from emqx_gitops.kustomize.documents import Kustomization
from emqx_gitops.kustomize.engine import Engine
from emqx_gitops.kustomize.errors import BuildError
from emqx_gitops.kustomize.process import run
from emqx_gitops.manifests import Manifest, read_stream, to_yaml

BATCH = 8
"""Overlays to a process: more of them wait longer for each other's name references."""

TIMEOUT_SECONDS = 120

_GO_SETTINGS = {"GOGC": "400", "GOMAXPROCS": "1"}
"""Fewer collections and one thread: half the CPU time of the defaults, for 60 MB a process."""


@dataclass(frozen=True)
class Job:
    """An overlay to build: its folder below the root, and the namespace that is its own."""

    folder: str
    namespace: str = ""
    """Empty for an overlay that must be built alone."""


@dataclass(frozen=True)
class Built:
    """The objects of an overlay, and what Kustomize said on the way."""

    job: Job
    manifests: tuple[Manifest, ...]
    warnings: str = ""


def build_all(
    engine: Engine, root: Path, jobs: Sequence[Job], *, workers: int | None = None
) -> Iterator[Built]:
    """
    Build every job below *root* and yield each as it is done, in no particular order.

    Batches are written below *root*, which must be a folder of our own. Raises BuildError for the
    first overlay, by name, that cannot be built.
    """
    batches = list(_batches(jobs))
    failed: list[BuildError] = []
    with ThreadPoolExecutor(workers or os.cpu_count() or 1) as pool:
        tasks = [
            pool.submit(_build_batch, engine, root, number, batch)
            for number, batch in enumerate(batches)
        ]
        for task in as_completed(tasks):
            try:
                yield from task.result()
            except BuildError as error:
                failed.append(error)
    if failed:
        raise min(failed, key=lambda error: error.folder)


def build(engine: Engine, path: Path, *, timeout: float = TIMEOUT_SECONDS) -> tuple[str, str]:
    """
    Return the YAML that Kustomize makes of the folder *path*, and its warnings.

    Raises BuildError with Kustomize's own words, or when it takes longer than *timeout* seconds.
    """
    environment = _GO_SETTINGS | dict(os.environ)
    try:
        status, out, said = run(engine.argv(path), environ=environment, seconds=timeout)
    except TimeoutExpired:
        raise BuildError(str(path), f"no answer after {timeout:.0f} s") from None
    except OSError as error:
        raise BuildError(str(path), f"cannot start {engine.command[0]}: {error}") from None
    if status != 0:
        raise BuildError(str(path), said.strip() or f"exit status {status}")
    return out.decode(), said.strip()


def _batches(jobs: Iterable[Job]) -> Iterator[tuple[Job, ...]]:
    """Group jobs so that no two of a group share a namespace; jobs without one stay alone."""
    open_batches: list[dict[str, Job]] = []
    for job in jobs:
        if not job.namespace:
            yield (job,)
            continue
        for batch in open_batches:
            if job.namespace not in batch:
                batch[job.namespace] = job
                break
        else:
            batch = {job.namespace: job}
            open_batches.append(batch)
        if len(batch) == BATCH:
            open_batches.remove(batch)
            yield tuple(batch.values())
    for batch in open_batches:
        yield tuple(batch.values())


def _build_batch(engine: Engine, root: Path, number: int, batch: tuple[Job, ...]) -> list[Built]:
    if len(batch) == 1:
        return [_build_one(engine, root, batch[0])]
    folder = root / "batches" / str(number)
    folder.mkdir(parents=True)
    document = Kustomization(resources=tuple(f"../../{job.folder}" for job in batch))
    (folder / "kustomization.yaml").write_text(to_yaml(document.manifest()), encoding="utf-8")
    try:
        text, warnings = build(engine, folder)
    except BuildError:
        return [_build_one(engine, root, job) for job in batch]
    parts = _split(read_stream(text), batch)
    if parts is None or warnings:
        return [_build_one(engine, root, job) for job in batch]
    return [Built(job, tuple(parts[job.namespace])) for job in batch]


def _build_one(engine: Engine, root: Path, job: Job) -> Built:
    try:
        text, warnings = build(engine, root / job.folder)
    except BuildError as error:
        message = error.message.replace(f"{root}/", "").replace(str(root), "")
        raise BuildError(job.folder, message) from None
    return Built(job, tuple(read_stream(text)), warnings)


def _split(
    manifests: Iterable[Manifest], batch: tuple[Job, ...]
) -> Mapping[str, list[Manifest]] | None:
    """Return each namespace's objects; None where one belongs to no job of the batch."""
    parts: dict[str, list[Manifest]] = {job.namespace: [] for job in batch}
    for manifest in manifests:
        owner = owner_of(manifest)
        if owner not in parts:
            return None
        parts[owner].append(manifest)
    return parts


def owner_of(manifest: Manifest) -> str:
    """Return the namespace that an object belongs to, also that of a Namespace or a volume."""
    meta = manifest["metadata"]
    if manifest["kind"] == "Namespace":
        return str(meta["name"])
    if manifest["kind"] == "PersistentVolume":
        return str(manifest["spec"].get("claimRef", {}).get("namespace", ""))
    return str(meta.get("namespace", ""))
