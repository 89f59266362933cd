"""What every choice of an axis is: a model of its fields, and what they become."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, get_origin

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    StringConstraints,
    WithJsonSchema,
)
from pydantic.alias_generators import to_camel
from pydantic_core import CoreSchema

from emqx_gitops.components.addition import Part, Shared

if TYPE_CHECKING:
    from emqx_gitops.components.site import Site
    from emqx_gitops.findings import Finding

DnsLabel = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", max_length=63)
]
"""RFC 1123 label: namespaces."""

ObjectName = Annotated[
    str,
    StringConstraints(
        pattern=r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$",
        max_length=253,
    ),
]
"""RFC 1123 subdomain: most object names."""

LabelKey = Annotated[
    str,
    StringConstraints(
        pattern=r"^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-_.A-Za-z0-9]*[A-Za-z0-9])?$"
    ),
]
"""Key of a label or annotation."""

LabelValue = Annotated[
    str, StringConstraints(pattern=r"^([A-Za-z0-9]([-_.A-Za-z0-9]*[A-Za-z0-9])?)?$", max_length=63)
]
"""Value of a label."""

SecretKey = Annotated[str, StringConstraints(pattern=r"^[-._a-zA-Z0-9]+$", max_length=253)]
"""A key of a Secret's ``data``."""

_QUANTITY = r"^([0-9]+(\.[0-9]+)?)(m|k|Ki|M|Mi|G|Gi|T|Ti|P|Pi|E|Ei)?$"

Quantity = Annotated[
    str,
    StringConstraints(pattern=_QUANTITY),
    WithJsonSchema({"anyOf": [{"type": "string", "pattern": _QUANTITY}, {"type": "number"}]}),
]
"""A Kubernetes quantity, as a string or a number: ``500m``, ``2``, ``4Gi``."""

_UNITS = {
    **{unit: Decimal(1000) ** power for power, unit in enumerate(("", *"kMGTPE"))},
    **{f"{unit}i": Decimal(1024) ** power for power, unit in enumerate("KMGTPE", 1)},
    "m": Decimal("0.001"),
}


def to_number(quantity: str) -> Decimal:
    """Return a `Quantity` as a number."""
    number = quantity.rstrip("kKmMGTPEi")
    return Decimal(number) * _UNITS[quantity[len(number) :]]


def to_bytes(quantity: str) -> int:
    """Return a `Quantity` as a whole number, rounded up."""
    return math.ceil(to_number(quantity))


_STEP = "[-A-Za-z0-9_.@~+=:,]*[-A-Za-z0-9_@~+=:,][-A-Za-z0-9_.@~+=:,]*"
_PATH = f"^/({_STEP}(/{_STEP})*)?$"
AbsolutePath = Annotated[str, StringConstraints(pattern=_PATH, max_length=512)]
"""An absolute path without a trailing slash, and without steps back, which volumes may not have."""

_HOST = r"^[A-Za-z0-9]([-A-Za-z0-9.:]*[A-Za-z0-9.])?$"
Host = Annotated[str, StringConstraints(pattern=_HOST, max_length=253)]
"""A host name or an IP address."""

Port = Annotated[int, Field(ge=1024, le=65535)]
"""A port that a process without privileges may listen on."""


def _take_as_they_are(node: Any, model: type[BaseModel]) -> None:
    """Make numbers and switches in the schema of *model* strict; other models see to their own."""
    if isinstance(node, dict):
        if node.get("type") == "model" and node["cls"] is not model:
            return
        if node.get("type") in ("int", "bool"):
            node["strict"] = True
        for value in node.values():
            _take_as_they_are(value, model)
    elif isinstance(node, (list, tuple)):
        for value in node:
            _take_as_they_are(value, model)


class Fields(BaseModel):
    """Fields of an environment: camelCase outside, snake_case in Python, frozen, none unknown."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=to_camel,
        populate_by_name=True,
        # `cpu: 2` is what people write; it means the string.
        coerce_numbers_to_str=True,
    )

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[BaseModel], handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Have numbers and switches taken as they are: else `true` would be 1, and "yes" true."""
        schema = handler(source)
        _take_as_they_are(schema, source)
        return schema


class Choice(Fields):
    """
    One choice of an axis.

    A subclass stands alone in its file: fields, refusals, shared components and what it adds to an
    environment. One line in the axis's registry makes it part of schema, matrix and docs.
    """

    variants: ClassVar[tuple[Mapping[str, Any], ...]] = ({},)
    """Field values that between them show everything this choice can do; the matrix builds each."""

    @classmethod
    def shared(cls) -> Iterable[Shared]:
        """Return the components that this choice brings to ``dist/components``."""
        return ()

    def part(self, site: Site) -> Part:
        """Return what this choice means for the environment at *site*."""
        del site
        return Part()

    def label(self) -> str:
        """Return this choice in a word or two, for people: ``nodePort``."""
        for name, info in type(self).model_fields.items():
            if get_origin(info.annotation) is Literal:
                return str(getattr(self, name))
        return type(self).__name__.lower()

    def findings(self, site: Site) -> Iterator[Finding]:
        """Yield what is wrong with this choice at *site*."""
        del site
        yield from ()


EXPECTATIONS = {
    r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$": "a DNS label: lower-case letters, digits and `-`",
    r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$": (
        "an object's name: lower-case letters, digits, `-` and `.`"
    ),
    _QUANTITY: "a quantity such as `500m`, `2` or `4Gi`",
    _PATH: "an absolute path such as `/srv/emqx`: no spaces, no `..`, no slash at its end",
    _HOST: "a host name or an IP address",
    r"^[-._a-zA-Z0-9]+$": "a key of a Secret: letters, digits, `-`, `_` and `.`",
    r"^[0-9]{1,4}\.[0-9]{1,4}\.[0-9]{1,4}$": "a full version such as `5.8.9`",
    r"^1\.[0-9]{2}$": "a minor version of Kubernetes such as `1.33`, in quotes",
    r"^[0-9]+-[0-9]+$": "a range such as `30000-32767`",
    r"^([0-9]+(h|m|s))+$": "a duration such as `10m` or `1h30m`",
    r"^(https?|ssh)://[^\s/]\S*$": (
        "an address that begins with `https://` or `ssh://`, such as "
        "`ssh://git@git.example.com/team/emqx.git`"
    ),
    r"^[^-\s~^:?*\[\\][^\s~^:?*\[\\]*$": "the name of a branch or tag",
    r"^[0-9a-f]{40}([0-9a-f]{24})?$": "a commit in full: 40 or 64 hexadecimal digits",
    r"^EG[0-9]{3}$": "a rule such as `EG302`",
    r"^[0-9a-fA-F.:]+/[0-9]{1,3}$": "a network such as `203.0.113.0/24`",
    r"^[a-zA-Z0-9]([-._a-zA-Z0-9]*[a-zA-Z0-9])?(:[0-9]+)?(/[a-z0-9][-._a-z0-9]*)*$": (
        "an image repository such as `registry.example.com/mirror/emqx`: no scheme, no tag"
    ),
    r"^[A-Za-z0-9_][-._A-Za-z0-9]{0,127}$": (
        "an image tag such as `5.8.9`: letters, digits, `-`, `_` and `.`"
    ),
    r"^sha256:[a-f0-9]{64}$": "a digest such as `sha256:` and 64 hex digits",
    r"^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-_.A-Za-z0-9]*[A-Za-z0-9])?$": (
        "a label key such as `example.com/name`"
    ),
    r"^([A-Za-z0-9]([-_.A-Za-z0-9]*[A-Za-z0-9])?)?$": (
        "a label value: letters, digits, `-`, `_` and `.`, none of the last three at the ends"
    ),
    r"^[-_.A-Za-z0-9]{1,63}$": "a word: letters, digits, `-`, `_` and `.`",
    r"^[0-9]+(ms|s|m|h)$": "a duration such as `30s`",
    r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$": "a DNS domain such as `cluster.local`",
}
"""Patterns of fields in words, for messages."""
