"""Certificates, and PROXY headers: what the two ends of a connection must agree on."""

from __future__ import annotations

from collections.abc import Iterator

from emqx_gitops.manifests import ResourceId
from emqx_gitops.review.effects.emqx.client_rules import (
    CERTIFICATE_CHANGED,
    CERTIFICATE_OPTIONAL,
    CERTIFICATE_REQUIRED,
    PROXY_ONE_SIDED,
)
from emqx_gitops.review.effects.emqx.cluster import Cluster
from emqx_gitops.review.effects.emqx.facts import Found, Place, found
from emqx_gitops.review.effects.emqx.listeners import Key, Listener, changed, listeners
from emqx_gitops.review.effects.emqx.proxies import (
    Sender,
    asks_certificates,
    configurations,
    proxies,
    senders,
)
from emqx_gitops.review.effects.emqx.variables import volumes_of
from emqx_gitops.review.model import Item
from emqx_gitops.rules.lenient import entries, mapping, text
from emqx_gitops.rules.pods import Pod


def judge_proxy_protocol(old: Cluster, new: Cluster) -> Iterator[Found]:
    """Yield listeners whose balancers and proxies do not do as they expect."""
    before, after = listeners(old), listeners(new)
    for key, now in after.items():
        was = before.get(key)
        sides = list(senders(new, now.port))
        wrong = next((each for each in sides if each.sends != now.proxied), None)
        flipped = was is None or was.proxied != now.proxied
        lonely = now.proxied and not sides and was is not None and not was.proxied
        if wrong is None and not lonely:
            continue
        if not flipped and was is not None and _was_wrong(old, was, wrong):
            continue
        place = changed(old, new, key, "proxy_protocol", "bind", "enable") if flipped else None
        yield _one_sided(new, now, wrong, place)


def _was_wrong(old: Cluster, was: Listener, wrong: Sender | None) -> bool:
    """Tell whether a balancer did the wrong thing before: then the change is not at fault."""
    return any(
        each.sends != was.proxied and wrong is not None and each.sends == wrong.sends
        for each in senders(old, was.port)
    )


def _one_sided(new: Cluster, now: Listener, wrong: Sender | None, place: Place | None) -> Found:
    nowhere = new.in_container("env")
    if place is None or place == nowhere:
        place = wrong.place if wrong else nowhere
    who = wrong.name if wrong else "nothing in these manifests"
    where = f"{now.label} on port {now.port}"
    if now.proxied:
        sent = "none" if wrong else "one"
        message = f"{where} expects a PROXY header, and {who} sends {sent}"
    else:
        message = f"{who} sends a PROXY header to {where}, which expects none"
    return found(PROXY_ONE_SIDED, place, f"{message}: every connection fails")


def judge_certificates(old: Cluster, new: Cluster) -> Iterator[Found]:
    """Yield certificates that clients see changed, and whether they need one of their own."""
    before, after = listeners(old), listeners(new)
    for key in sorted(before.keys() & after.keys()):
        was, now = before[key], after[key]
        yield from _required(old, new, key, was, now)
        if was.files[:2] != now.files[:2]:
            place = changed(old, new, key, "certfile", "keyfile")
            message = f"{now.label} on port {now.port} shows the certificate of another file"
            yield found(CERTIFICATE_CHANGED, place, message)
    used = {path for each in after.values() for path in each.files if path}
    yield from _secrets(old.pod, new.pod, used)
    others = {pod.name: pod for pod in proxies(old)}
    for pod in proxies(new):
        if pod.name in others:
            yield from _secrets(others[pod.name], pod, None)
    yield from _required_by_proxies(old, new)


def _required(
    old: Cluster, new: Cluster, key: Key, was: Listener, now: Listener
) -> Iterator[Found]:
    if was.client_certificate != now.client_certificate:
        place = changed(old, new, key, "fail_if_no_peer_cert", "verify")
        rule = CERTIFICATE_REQUIRED if now.client_certificate else CERTIFICATE_OPTIONAL
        how = "needs" if now.client_certificate else "no longer needs"
        yield found(rule, place, f"{now.label} on port {now.port} {how} a certificate of clients")


def _required_by_proxies(old: Cluster, new: Cluster) -> Iterator[Found]:
    if not any(configurations(old)) or not any(configurations(new)):
        return
    before, after = asks_certificates(old), asks_certificates(new)
    if after and not before:
        message = f"the proxies of {new.name} refuse clients without a certificate"
        yield found(CERTIFICATE_REQUIRED, after, message)
    elif before and not after:
        message = f"the proxies of {new.name} let in clients without a certificate"
        yield found(CERTIFICATE_OPTIONAL, before, message)


def _secrets(old: Pod, new: Pod, used: set[str] | None) -> Iterator[Found]:
    """Yield volumes whose Secret is another; *used* are files that matter, None for all."""
    before = _mounted(old)
    for name, (secret, folder) in _mounted(new).items():
        was = before.get(name, ("", ""))[0]
        matters = used is None or any(path.startswith(f"{folder}/") for path in used)
        if was and was != secret and matters:
            steps = tuple(new.path.split("."))
            place = Place(ResourceId.of(new.owner), (*steps, "volumes", Item((("name", name),))))
            message = f"{new.kind} {new.name} reads Secret {secret}, and read {was}"
            yield found(CERTIFICATE_CHANGED, place, message)


def _mounted(pod: Pod) -> dict[str, tuple[str, str]]:
    """Return Secrets and folders of the volumes that containers mount, by name."""
    folders = {
        text(mount.get("name")): text(mount.get("mountPath")).rstrip("/")
        for container in pod.containers
        for mount in entries(container.body.get("volumeMounts"))
    }
    return {
        name: (text(mapping(volume.get("secret")).get("secretName")), folders[name])
        for name, volume in volumes_of(pod).items()
        if "secret" in volume and name in folders
    }
