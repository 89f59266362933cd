"""
What is written below the fields of a model: what each is for.

pydantic can read that too (`use_attribute_docstrings`), but does so whenever a model is made: that
is a sixth of a second of every compile, for words that schemas and messages alone show.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Mapping
from functools import cache
from itertools import pairwise

from pydantic import BaseModel


@cache
def meanings(model: type[BaseModel]) -> Mapping[str, str]:
    """Return the docstrings of the fields of *model*, by the fields' names in Python."""
    found: dict[str, str] = {}
    for each in reversed(model.__mro__):
        if issubclass(each, BaseModel) and each is not BaseModel:
            found |= _written(each)
    return found


def _written(model: type[BaseModel]) -> dict[str, str]:
    """Return the docstrings in the body of *model* itself."""
    try:
        source = inspect.getsource(model)
    except (OSError, TypeError):  # installed without sources
        return {}
    (definition,) = ast.parse(textwrap.dedent(source)).body
    body = definition.body if isinstance(definition, ast.ClassDef) else []
    found = {}
    for field, below in pairwise(body):
        match field, below:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str() as text)),
            ):
                found[name] = inspect.cleandoc(text)
    return found
