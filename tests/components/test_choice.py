"""What all choices share: names, amounts, patterns."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, get_origin

import pytest

from emqx_gitops.components.catalog import AXES
from emqx_gitops.components.choice import Choice, to_bytes, to_number
from emqx_gitops.components.meanings import meanings

CHOICES = [each for choices in AXES.values() for each in choices]


@pytest.mark.parametrize(
    ("quantity", "number"),
    [
        ("500m", "0.5"),
        ("2", "2"),
        ("1.5", "1.5"),
        ("1k", "1000"),
        ("1Ki", "1024"),
        ("4Gi", str(4 * 1024**3)),
        ("1E", str(10**18)),
        ("1Ei", str(2**60)),
    ],
)
def test_quantities_are_numbers(quantity: str, number: str) -> None:
    """Kubernetes counts in powers of 1000 and of 1024."""
    assert to_number(quantity) == Decimal(number)


def test_bytes_are_rounded_up() -> None:
    """A part of a byte is a byte."""
    assert to_bytes("1500m") == 2


@pytest.mark.parametrize("choice", CHOICES, ids=lambda each: each.__name__)
def test_variants_are_valid(choice: type[Choice]) -> None:
    """What the matrix builds of a choice is what the choice takes."""
    assert choice.variants
    for variant in choice.variants:
        assert choice.model_validate(variant, by_alias=True, by_name=False).label()


@pytest.mark.parametrize("choice", CHOICES, ids=lambda each: each.__name__)
def test_every_field_says_what_it_is_for(choice: type[Choice]) -> None:
    """Editors and the reference show what stands below a field."""
    for name, field in choice.model_fields.items():
        tells_choices_apart = get_origin(field.annotation) is Literal and not field.is_required()
        assert meanings(choice).get(name) or tells_choices_apart, f"{choice.__name__}.{name}"
