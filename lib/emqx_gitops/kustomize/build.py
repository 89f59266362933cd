"""
Build overlays with the real Kustomize, several to a process.

Starting Kustomize costs as much as building a small overlay, so overlays share processes; only such
whose objects cannot clash do. A batch that fails is built again one by one, so that the error names
its overlay.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import TimeoutExpired

from emqx_gitops.kustomize.documents import Kustomization
from emqx_gitops.kustomize.engine import Engine
from emqx_gitops.kustomize.errors import BuildError, BuildOutputError, BuildTimeoutError
from emqx_gitops.kustomize.process import run
from emqx_gitops.manifests import BlockReader, Manifest, YamlError, to_yaml
from emqx_gitops.manifests.documents import split_documents

BATCH = 8
"""Overlays to a process: more of them wait longer for each other's name references."""

TIMEOUT_SECONDS = 120.0

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


@dataclass(frozen=True)
class Workshop:
    """Where and how overlays are built."""

    engine: Engine
    root: Path
    """A folder of our own, in which the overlays lie and batches are written."""

    timeout: float = TIMEOUT_SECONDS
    """Seconds that one process may take."""

    prepare: Callable[[Sequence[Job]], None] | None = None
    """Called before jobs are built, to write what is their own."""

    reader: BlockReader = field(default_factory=BlockReader)
    """Reads what Kustomize prints: overlays have much in common."""

    stop: threading.Event = field(default_factory=threading.Event)
    """Set when no result is wanted any more."""

    def build(self, folder: str) -> tuple[list[Manifest], str]:
        """Return the objects of *folder*, and what Kustomize said; raise BuildError for it."""
        try:
            text, said = build(
                self.engine, self.root / folder, timeout=self.timeout, stop=self.stop
            )
            return self._objects(text, folder), said
        except BuildError as error:
            message = error.message.replace(f"{self.root}/", "").replace(str(self.root), "")
            raise type(error)(folder, message) from None

    def _objects(self, text: str, folder: str) -> list[Manifest]:
        """Return the objects in what Kustomize printed; raise BuildError for anything else."""
        try:
            parts = split_documents(text)
            manifests = [each for part in parts for each in self.reader.read(part.text)]
        except YamlError as error:
            raise BuildOutputError(
                folder, f"kustomize printed no objects: {error.message}"
            ) from None
        if not manifests:
            raise BuildOutputError(folder, "kustomize printed nothing")
        for each in manifests:
            meta = each.get("metadata")
            name = meta.get("name") if isinstance(meta, dict) else None
            if not all(
                isinstance(part, str) for part in (each.get("apiVersion"), each.get("kind"), name)
            ):
                shown = f"{each.get('kind')} {name}"
                raise BuildOutputError(folder, f"kustomize printed what is no object: {shown}")
        return manifests


def build_all(  # noqa: PLR0913  (what to build, with what, and where)
    engine: Engine,
    root: Path,
    jobs: Sequence[Job],
    *,
    workers: int | None = None,
    timeout: float = TIMEOUT_SECONDS,
    prepare: Callable[[Sequence[Job]], None] | None = None,
) -> Iterator[Built]:
    """
    Build every job below *root* and yield each as it is done, in no particular order.

    *prepare* is called in several threads, with jobs that are built next, to write what is their
    own. Batches are written below *root*, which must be a folder of our own. Raises BuildError for
    the first overlay, by name, that cannot be built. Whatever ends it early ends Kustomize too.
    """
    failed: list[BuildError] = []
    shop = Workshop(engine, root, timeout, prepare)
    # One more than there are cores: while a thread reads what one process printed, another runs.
    with ThreadPoolExecutor(workers or (os.cpu_count() or 1) + 1) as pool:
        try:
            tasks = [
                pool.submit(_build_batch, shop, number, batch)
                for number, batch in enumerate(_batches(jobs))
            ]
            for task in as_completed(tasks):
                try:
                    yield from task.result()
                except BuildTimeoutError:
                    raise
                except BuildError as error:
                    failed.append(error)
        finally:
            shop.stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
    if failed:
        raise min(failed, key=lambda error: error.folder)


def build(
    engine: Engine,
    path: Path,
    *,
    timeout: float = TIMEOUT_SECONDS,
    stop: threading.Event | None = None,
) -> tuple[str, str]:
    """
    Return the YAML that Kustomize makes of the folder *path*, and its warnings.

    Raises BuildError with Kustomize's own words, or when it takes longer than *timeout* seconds.
    """
    environment = _GO_SETTINGS | dict(os.environ)
    try:
        status, out, said = run(engine.argv(path), environ=environment, seconds=timeout, stop=stop)
    except TimeoutExpired:
        raise BuildTimeoutError(
            str(path), f"kustomize gave no answer within {timeout:g} s"
        ) from None
    except OSError as error:
        raise BuildError(
            str(path), f"{engine.command[0]} cannot be started: {error.strerror}"
        ) from None
    if status != 0:
        said = said.strip() or f"exit status {status}"
        raise BuildError(str(path), f"kustomize refused it: {said}")
    try:
        return out.decode(), said.strip()
    except UnicodeDecodeError:
        raise BuildOutputError(str(path), "kustomize printed what is no text") from None


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


def _build_batch(shop: Workshop, number: int, batch: tuple[Job, ...]) -> list[Built]:
    if shop.prepare:
        shop.prepare(batch)
    if len(batch) == 1:
        return [_build_one(shop, batch[0])]
    folder = f"batches/{number}"
    (shop.root / folder).mkdir(parents=True)
    document = Kustomization(resources=tuple(f"../../{job.folder}" for job in batch))
    text = to_yaml(document.manifest())
    (shop.root / folder / "kustomization.yaml").write_text(text, encoding="utf-8")
    try:
        manifests, warnings = shop.build(folder)
    except BuildTimeoutError as error:
        # One by one, each of them might take as long.
        raise BuildTimeoutError(", ".join(job.folder for job in batch), error.message) from None
    except BuildError:
        return [_build_one(shop, job) for job in batch]
    parts = _split(manifests, batch)
    if parts is None or warnings or not all(parts.values()):
        return [_build_one(shop, job) for job in batch]
    return [Built(job, tuple(parts[job.namespace])) for job in batch]


def _build_one(shop: Workshop, job: Job) -> Built:
    manifests, warnings = shop.build(job.folder)
    return Built(job, tuple(manifests), warnings)


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
