"""How a registry becomes the type of a field."""

from __future__ import annotations

from typing import ClassVar, Literal

import pytest
from pydantic import TypeAdapter, ValidationError

from emqx_gitops.components.choice import Choice
from emqx_gitops.components.registry import union


class Red(Choice):
    """One choice."""

    variants: ClassVar = ({"colour": "red"},)
    colour: Literal["red"] = "red"


class Blue(Choice):
    """Another one."""

    variants: ClassVar = ({"colour": "blue", "deep": True},)
    colour: Literal["blue"] = "blue"
    deep: bool = False


COLOUR = TypeAdapter[Choice](union((Red, Blue), "colour"))


def test_the_discriminator_tells_choices_apart() -> None:
    """Each entry of the registry is taken by its own model."""
    assert COLOUR.validate_python({"colour": "red"}) == Red()
    assert COLOUR.validate_python({"colour": "blue", "deep": True}) == Blue(deep=True)


@pytest.mark.parametrize("value", [{"colour": "green"}, {}, {"colour": "red", "deep": True}])
def test_what_no_choice_takes_is_refused(value: dict[str, object]) -> None:
    """A field of another choice is unknown, however valid it is there."""
    with pytest.raises(ValidationError):
        COLOUR.validate_python(value)
