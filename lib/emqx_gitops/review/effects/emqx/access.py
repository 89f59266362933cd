"""Who may connect, and what they may do there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from emqx_gitops.review.effects.emqx.advice import ctl
from emqx_gitops.review.effects.emqx.client_rules import (
    ACCESS_CLOSED,
    AUTHENTICATION_OPENED,
    AUTHORIZATION_OPENED,
    PASSWORD_NOT_READ,
)
from emqx_gitops.review.effects.emqx.cluster import Cluster
from emqx_gitops.review.effects.emqx.facts import Fact, Found, Place, blame, found
from emqx_gitops.review.model import EffectRule

_AUTHENTICATOR = re.compile(r"EMQX_AUTHENTICATION(?:__\d+)?(?:__(.+))?")
_SOURCE = re.compile(r"EMQX_AUTHORIZATION__SOURCES(?:__\d+)?(?:__(.+))?")
_LISTENER = re.compile(r"EMQX_LISTENERS__(\w+?)__(\w+?)__ENABLE_AUTHN")


class _Door(NamedTuple):
    """A setting that lets in everybody."""

    key: str
    default: str
    is_open: str
    """Its value when the door is open."""
    who: str
    opened: EffectRule


_NAMELESS, _TOPICS = "clients without a name are", "topics without a rule are"
_DOORS = {
    True: (
        _Door("EMQX_ALLOW_ANONYMOUS", "true", "true", _NAMELESS, AUTHENTICATION_OPENED),
        _Door("EMQX_ZONE__EXTERNAL__ALLOW_ANONYMOUS", "", "true", _NAMELESS, AUTHENTICATION_OPENED),
        _Door("EMQX_ACL_NOMATCH", "allow", "allow", _TOPICS, AUTHORIZATION_OPENED),
    ),
    False: (
        _Door("EMQX_AUTHORIZATION__NO_MATCH", "allow", "allow", _TOPICS, AUTHORIZATION_OPENED),
    ),
}
"""Those of 4.4, and of later lines."""


def judge_access(old: Cluster, new: Cluster) -> Iterator[Found]:
    """Yield what lets in, or keeps out, clients that were not, or were."""
    for door in _DOORS[new.line.is_v4]:
        yield from _door(old, new, door)
    if not new.line.is_v4:
        yield from _members(old, new, _AUTHENTICATOR, "authenticator", AUTHENTICATION_OPENED)
        yield from _members(old, new, _SOURCE, "source of rules", AUTHORIZATION_OPENED)
        yield from _listeners(old, new)


def _door(old: Cluster, new: Cluster, door: _Door) -> Iterator[Found]:
    facts = old.settings.get(door.key), new.settings.get(door.key)
    before, after = (each.get(door.key) or door.default for each in (old, new))
    if not any(facts) or (before == door.is_open) == (after == door.is_open):
        return
    said = f"{door.key} is {after or 'left out'}"
    if after == door.is_open:
        yield found(door.opened, blame(*facts), f"{door.who} allowed: {said}")
    else:
        yield found(ACCESS_CLOSED, blame(*facts), f"{door.who} refused: {said}")


def _members(
    old: Cluster, new: Cluster, pattern: re.Pattern[str], what: str, opened: EffectRule
) -> Iterator[Found]:
    """Yield what it does that the first one comes, or the last one goes."""
    before, after = _enabled(old, pattern), _enabled(new, pattern)
    if before and not after:
        place = _gone(old, new, before)
        message = f"no {what} is left in the settings: unless the dashboard's own list has one, "
        message += "everybody is let in" if opened is AUTHENTICATION_OPENED else "no rule holds"
        yield found(opened, place, message)
    elif after and not before and pattern is _AUTHENTICATOR:
        key = min(after)
        message = "the first authenticator is set: clients without a name and password that it "
        message += "knows are refused"
        yield found(ACCESS_CLOSED, blame(old.settings.get(key), after[key]), message)


def _enabled(cluster: Cluster, pattern: re.Pattern[str]) -> dict[str, Fact]:
    found_keys = {}
    off = set()
    for key, fact in cluster.settings.items():
        match = pattern.fullmatch(key)
        if match and (fact.value or "x").strip() not in {"", "[]"}:
            found_keys[key] = fact
            if match[1] == "ENABLE" and cluster.get(key) == "false":
                off.add(key.removesuffix("ENABLE"))
    return {key: fact for key, fact in found_keys.items() if not key.startswith(tuple(off))}


def _gone(old: Cluster, new: Cluster, before: dict[str, Fact]) -> Place:
    switches = {f"{each.rpartition('__')[0]}__ENABLE" for each in before}
    for key in sorted(switches & new.settings.keys()):
        if old.get(key) != new.get(key):
            return blame(old.settings.get(key), new.settings[key])
    key = min(before)
    return blame(before[key], new.settings.get(key))


def _listeners(old: Cluster, new: Cluster) -> Iterator[Found]:
    for key in sorted(old.settings.keys() | new.settings.keys()):
        match = _LISTENER.fullmatch(key)
        if match:
            facts = old.settings.get(key), new.settings.get(key)
            closed = [(each.get(key) or "true") != "false" for each in (old, new)]
            where = f"listener {match[1].lower()} {match[2].lower()}"
            if closed == [True, False]:
                message = f"clients of {where} are not asked who they are"
                yield found(AUTHENTICATION_OPENED, blame(*facts), message)
            elif closed == [False, True]:
                message = f"clients of {where} are asked who they are"
                yield found(ACCESS_CLOSED, blame(*facts), message)


def judge_passwords(old: Cluster, new: Cluster) -> Iterator[Found]:
    """Yield credentials of the dashboard that nobody reads where there are users already."""
    keys = new.keys
    for key in filter(None, (keys.dashboard_user, keys.dashboard_password, keys.management_secret)):
        before, after = old.settings.get(key), new.settings.get(key)
        said = [(each.value, each.given) if each else None for each in (before, after)]
        if said[0] != said[1]:
            message = f"{key} changes, and is read only where there is no such user yet: a cluster "
            message += "that has started once keeps the old one"
            user = ctl(new, "admins passwd USER NEW_PASSWORD")
            yield found(
                PASSWORD_NOT_READ, blame(before, after), message, f"{PASSWORD_NOT_READ.fix}\n{user}"
            )
