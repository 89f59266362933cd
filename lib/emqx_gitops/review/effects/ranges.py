"""Ranges of addresses: whether one lies within others."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_network

Network = IPv4Network | IPv6Network


def network(text: object) -> Network | None:
    """Return a range that is written like ``10.0.0.0/8``; None where it is none."""
    try:
        return ip_network(str(text).strip(), strict=False)
    except ValueError:
        return None


def within(one: object, others: Iterable[object]) -> bool:
    """Tell whether the range *one* lies within a single one of *others*."""
    return any(one == each or _inside(network(one), network(each)) for each in others)


def _inside(inner: Network | None, outer: Network | None) -> bool:
    if isinstance(inner, IPv4Network) and isinstance(outer, IPv4Network):
        return inner.subnet_of(outer)
    if isinstance(inner, IPv6Network) and isinstance(outer, IPv6Network):
        return inner.subnet_of(outer)
    return False
