"""RBAC and tokens: what somebody may do that he could not, and the other way round."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

from emqx_gitops.manifests import Manifest
from emqx_gitops.review.effects.differing import Both, both
from emqx_gitops.review.effects.pods import title
from emqx_gitops.review.effects.reading import at, listed, mappings, path_of, texts
from emqx_gitops.review.model import (
    Change,
    Effect,
    EffectRule,
    Kind,
    Outcome,
    Surroundings,
    ids_of,
)

MORE = EffectRule(
    code="EG831",
    name="rights-widened",
    outcome=Outcome.WIDENED,
    what="A role allows more, or a binding gives it to more.",
    why="Whoever is bound may do it from now on.",
    fix="Name verbs, resources and subjects as narrowly as can be.",
    source="Kubernetes documentation, RBAC",
)

LESS = EffectRule(
    code="EG832",
    name="rights-taken",
    outcome=Outcome.INTERRUPTION,
    what="A role allows less, or a binding gives it to fewer.",
    why="The API server answers 403 from now on.",
    fix="Make sure that nobody needs the rights that go.",
    source="Kubernetes documentation, RBAC",
)

TOKEN = EffectRule(
    code="EG837",
    name="token-mounted",
    outcome=Outcome.WIDENED,
    what="Pods get a token of their ServiceAccount that they did not have.",
    why="Whoever gets into the pod may use the account's rights.",
    fix="Set automountServiceAccountToken: false where nothing asks the API server.",
    source="Kubernetes documentation, service accounts for pods",
)

RULES = (MORE, LESS, TOKEN)

_ROLES = ("ClusterRole", "Role")
_BINDINGS = ("ClusterRoleBinding", "RoleBinding")


class Right(NamedTuple):
    """One verb on one resource; a name of "*" stands for all."""

    group: str
    resource: str
    verb: str
    name: str

    def within(self, rights: frozenset[Right]) -> bool:
        """Tell whether one of *rights* grants this one."""
        return any(
            all(theirs in {"*", mine} for mine, theirs in zip(self, each, strict=True))
            for each in rights
        )


def find(change: Change, surroundings: Surroundings) -> Iterator[Effect]:
    """Yield rights that come and go."""
    kind = change.id.kind
    if kind in _BINDINGS and change.kind is Kind.ADDED:
        yield from _bound(change, surroundings)
    sides = both(change, *_ROLES, *_BINDINGS, "ServiceAccount")
    if sides is None:
        return
    if kind in _ROLES:
        yield from _role(change, sides)
    elif kind in _BINDINGS:
        yield from _subjects(sides)
    elif at(sides.old, _MOUNT) is False and at(sides.new, _MOUNT) is not False:
        message = f"pods of {title(sides.new)} get its token unless they say otherwise"
        yield TOKEN.on((_MOUNT,), message)


_MOUNT = "automountServiceAccountToken"


def _bound(change: Change, surroundings: Surroundings) -> Iterator[Effect]:
    """A binding for somebody who was there before; a new environment brings its own."""
    known = {(each.namespace, each.name) for each in ids_of(surroundings.old, _ACCOUNT)}
    names = [
        str(each.get("name"))
        for each in mappings(change.object.manifest, "subjects")
        if each.get("kind") != _ACCOUNT
        or (str(each.get("namespace") or change.id.namespace), str(each.get("name"))) in known
    ]
    if names:
        role = at(change.object.manifest, "roleRef", "name")
        yield MORE.on(("subjects",), f"{listed(names)} get the rights of {role}")


_ACCOUNT = "ServiceAccount"


def _rights(role: Manifest) -> frozenset[Right]:
    found = set()
    for rule in mappings(role, "rules"):
        names = texts(rule, "resourceNames") or ["*"]
        resources = product(texts(rule, "apiGroups"), texts(rule, "resources"))
        for (group, resource), verb, name in product(resources, texts(rule, "verbs"), names):
            found.add(Right(group, resource, verb, name))
        for path, verb in product(texts(rule, "nonResourceURLs"), texts(rule, "verbs")):
            found.add(Right("", path, verb, "*"))
    return frozenset(found)


def _role(change: Change, sides: Both) -> Iterator[Effect]:
    old, new = _rights(sides.old), _rights(sides.new)
    path = path_of(change, "rules")
    name = title(sides.new)
    came = sorted(each for each in new if not each.within(old))
    gone = sorted(each for each in old if not each.within(new))
    if came:
        yield MORE.on(path, f"{name} now allows {listed([_words(each) for each in came])}")
    if gone:
        yield LESS.on(path, f"{name} no longer allows {listed([_words(each) for each in gone])}")


def _words(right: Right) -> str:
    return f"{right.verb} {right.resource}" + (f" {right.name}" if right.name != "*" else "")


def _subjects(sides: Both) -> Iterator[Effect]:
    old, new = ({_subject(each) for each in mappings(side, "subjects")} for side in sides)
    role = f"{at(sides.new, 'roleRef', 'kind')} {at(sides.new, 'roleRef', 'name')}"
    came, gone = sorted(new - old), sorted(old - new)
    if came:
        yield MORE.on(("subjects",), f"{listed(came)} may do what {role} allows")
    if gone:
        yield LESS.on(("subjects",), f"{listed(gone)} lose the rights of {role}")


def _subject(subject: Manifest) -> str:
    namespace = f"{subject['namespace']}/" if subject.get("namespace") else ""
    return f"{subject.get('kind')} {namespace}{subject.get('name')}"
