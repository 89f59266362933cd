"""Another version or edition of EMQX, and the licence that it needs."""

from __future__ import annotations

from collections.abc import Iterator

from emqx_gitops.emqx import Version, needs_licence
from emqx_gitops.review.effects.emqx.advice import backup, beside, ctl
from emqx_gitops.review.effects.emqx.cluster import Cluster
from emqx_gitops.review.effects.emqx.facts import Fact, Found, Place, blame, found
from emqx_gitops.review.effects.emqx.upgrades import Way, care, way
from emqx_gitops.review.effects.emqx.variables import volumes_of
from emqx_gitops.review.effects.emqx.version_rules import (
    DOWNGRADE,
    DURABLE_STATE_LOST,
    EDITION_CHANGED,
    LICENCE_CHANGED,
    LICENCE_MISSING,
    MIXED_GENERATIONS,
    NOT_ROLLING,
    OTHER_DATA,
    ROLLING,
    VERSION_UNSEEN,
    WITH_CARE,
)
from emqx_gitops.review.model import EffectRule, Item
from emqx_gitops.rules.lenient import entries, mapping, text

_UNIFIED = Version(5, 9, 0)
_LICENCES = ("EMQX_LICENSE__KEY", "EMQX_LICENSE__FILE")
_SESSIONS = "EMQX_DURABLE_SESSIONS__ENABLE"
_BUILT_IN = frozenset({"", "default", "evaluation"})


def judge_version(old: Cluster, new: Cluster) -> Iterator[Found]:
    """Yield what another image does."""
    before, after = old.version, new.version
    place = new.in_container("image")
    if old.container.image == new.container.image:
        return
    if before is None or after is None:
        message = f"image {old.container.image} becomes {new.container.image}, and not both tell "
        message += "their version"
        advice = f"{VERSION_UNSEEN.fix}\n{ctl(old, 'broker')}"
        yield found(VERSION_UNSEEN, place, message, advice)
        return
    yield from _path(old, new, before, after)
    if old.edition != new.edition and max(before, after) < _UNIFIED:
        message = f"EMQX {before} {old.edition} becomes {after} {new.edition}"
        advice = f"{EDITION_CHANGED.fix}\n{backup(old)}"
        yield found(EDITION_CHANGED, place, message, advice)


def _path(old: Cluster, new: Cluster, before: Version, after: Version) -> Iterator[Found]:
    place = new.in_container("image")
    step = f"EMQX {before} becomes {after}"
    taken = way(before, after)
    if taken is Way.GENERATION:
        message = f"{step}: {new.nodes} start empty, and settings have other names"
        yield found(OTHER_DATA, place, message, beside(old))
        if max(old.replicas, new.replicas) > 1:
            message = f"{step}: while {new.nodes} restart, both generations run side by side"
            yield found(MIXED_GENERATIONS, place, message)
    elif taken is Way.DURABLE:
        yield from _durable(old, new, step)
    elif taken is not Way.SAME:
        rule, what = _WAYS[taken]
        said = what.format(restart=_restart(new), nodes=new.nodes, care=care(before, after))
        yield found(rule, place, step + said, f"{rule.fix}\n{backup(old)}")


_WAYS: dict[Way, tuple[EffectRule, str]] = {
    Way.ROLLING: (ROLLING, ": {restart}"),
    Way.RESTART: (NOT_ROLLING, ": {nodes} cannot restart one by one"),
    Way.BACK: (DOWNGRADE, ", an earlier line: nodes may not start with the data that is there"),
    Way.PATCH_BACK: (WITH_CARE, ", an earlier release of its line; ways back are not listed"),
    Way.LIMITED: (WITH_CARE, ": {care}"),
    Way.UNLISTED: (WITH_CARE, ": no rolling way is listed; go by the lines in between"),
}
"""What is said of each way."""


def _restart(cluster: Cluster) -> str:
    if cluster.replicas == 1:
        return "its node restarts"
    return f"{cluster.nodes} restart one by one, and form one cluster in both versions meanwhile"


def _durable(old: Cluster, new: Cluster, step: str) -> Iterator[Found]:
    place = new.in_container("image")
    if "true" in {old.get(_SESSIONS), new.get(_SESSIONS)}:
        message = f"{step}: durable sessions of {old.nodes} are lost, with the messages in them"
        yield found(DURABLE_STATE_LOST, place, message, beside(old))
    else:
        message = f"{step}: if durable sessions were turned on in the dashboard, they are lost; "
        message += "otherwise nodes restart one by one"
        yield found(WITH_CARE, place, message, f"{WITH_CARE.fix}\n{backup(old)}")


def licence(cluster: Cluster) -> Fact | None:
    """Return the variable that gives the licence, None where EMQX uses its own."""
    for key in _LICENCES:
        fact = cluster.settings.get(key)
        if fact is not None and fact.value not in _BUILT_IN:
            return fact
    return None


def judge_licence(old: Cluster, new: Cluster) -> Iterator[Found]:
    """Yield what a licence that is gone, changed or missing does."""
    before, after = licence(old), licence(new)
    if _lacks(new) and not _lacks(old):
        message = (
            f"{new.nodes} of EMQX {new.version} without a licence: all but one refuse to start"
        )
        yield found(LICENCE_MISSING, _why_missing(old, new, before), message)
    elif before is not None or after is not None:
        yield from _other_licence(old, new, before, after)


def _lacks(cluster: Cluster) -> bool:
    version = cluster.version
    if version is None or licence(cluster) is not None:
        return False
    return needs_licence(version, cluster.edition, cluster.replicas)


def _why_missing(old: Cluster, new: Cluster, before: Fact | None) -> Place:
    if before is not None:
        return blame(before, None)
    if old.container.image != new.container.image:
        return new.in_container("image")
    return new.at("spec", "replicas")


def _other_licence(
    old: Cluster, new: Cluster, before: Fact | None, after: Fact | None
) -> Iterator[Found]:
    advice = f"{LICENCE_CHANGED.fix}\n{ctl(new, 'license info')}"
    places = _secret(old), _secret(new)
    if before is not None and before.given != (after and after.given):
        how = "no longer given" if after is None else "another one"
        place = blame(before, after)
        yield found(LICENCE_CHANGED, place, f"the licence of {new.nodes} is {how}", advice)
    elif places[0] != places[1] and all(secret for _, secret in places):
        place = new.in_pod("volumes", Item((("name", places[1][0]),)))
        message = f"the licence is read from Secret {places[1][1]}, and was from {places[0][1]}"
        yield found(LICENCE_CHANGED, place, message, advice)


def _secret(cluster: Cluster) -> tuple[str, str]:
    """Return the volume and the Secret of the licence's file; empty where it is no file of one."""
    fact = licence(cluster)
    path = (fact.value or "").removeprefix("file://") if fact else ""
    for mount in entries(cluster.container.body.get("volumeMounts")):
        folder = text(mount.get("mountPath")).rstrip("/")
        volume = volumes_of(cluster.pod).get(text(mount.get("name")), {})
        secret = text(mapping(volume.get("secret")).get("secretName"))
        if secret and folder and path.startswith(f"{folder}/"):
            return text(mount.get("name")), secret
    return "", ""
