"""How an axis's registry becomes the type of a field."""

from __future__ import annotations

from typing import Annotated, Any, Union

from pydantic import Field

from emqx_gitops.components.choice import Choice


def union(choices: tuple[type[Choice], ...], discriminator: str) -> Any:
    """
    Return the union of *choices*, told apart by the field *discriminator*.

    Type checkers see the axis's common class in its place, so that a new choice is one new line.
    """
    return Annotated[Union[choices], Field(discriminator=discriminator)]  # noqa: UP007
