"""Rules on settings that reached rendered brokers past `emqx.settings`, against their EMQX line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from emqx_gitops.emqx import Edition, Line, Version, check_setting, line_of
from emqx_gitops.findings import Finding
from emqx_gitops.rules.generated_maps import Setting
from emqx_gitops.rules.objects import Broker, Objects
from emqx_gitops.rules.setting_problems import rule_of

_EDITIONS = {
    "emqx": Edition.OPENSOURCE,
    "emqx-edge": Edition.EDGE,
    "emqx-ee": Edition.ENTERPRISE,
    "emqx-enterprise": Edition.ENTERPRISE,
}
"""Editions by the name of the image; from 5.9 on all images are the enterprise edition."""

_UNIFIED = Version(5, 9, 0)


def check_broker_settings(
    objects: Objects, written: Mapping[str, Setting], checked: frozenset[str]
) -> Iterator[Finding]:
    """
    Yield settings that the broker's EMQX would ignore or stop at, but for those in *checked*.

    *written* says where somebody wrote them.
    """
    for broker in objects.brokers:
        known = _release(broker)
        if known is None:
            continue
        line, edition = known
        for key, value in broker.settings.items():
            if not key.startswith("EMQX_") or key in checked:
                continue
            problem = check_setting(line, edition, key, value)
            if problem:
                rule = rule_of(problem.kind, problem.verdict)
                fix = f"did you mean `{problem.suggestion}`?" if problem.suggestion else None
                path = f"{broker.container.path}.env ({key})"
                found = objects.at(rule, broker.pod.owner, path, problem.message, fix)
                place = written.get(key)
                if place:
                    where = replace(found.where, file=place.file, line=place.line)
                    found = replace(found, where=where)
                yield found


def _release(broker: Broker) -> tuple[Line, Edition] | None:
    """Return line and edition of the broker's image; None where the tag names no known version."""
    name, _, tag = broker.container.image.partition("@")[0].rpartition("/")[2].partition(":")
    try:
        version = Version.parse(tag.partition("-")[0])
    except ValueError:
        return None
    line = line_of(version)
    edition = _EDITIONS.get(name)
    if line is None or edition is None:
        return None
    return line, Edition.ENTERPRISE if version >= _UNIFIED else edition
