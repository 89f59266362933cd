"""Two processes do what one does."""

from __future__ import annotations

import os
from collections.abc import Sequence

import pytest

from emqx_gitops.review.halves import MANY, in_halves


def test_results_in_order() -> None:
    """Results come in the order of the items, from two processes where there are many."""

    def work(items: Sequence[int]) -> list[tuple[int, int]]:
        return [(each * 2, os.getpid()) for each in items]

    for number in (3, MANY, MANY + 1):
        found = in_halves(work, range(number))
        assert [each for each, _ in found] == [each * 2 for each in range(number)]
        processes = 2 if number >= MANY and (os.cpu_count() or 1) > 1 else 1
        assert len({process for _, process in found}) == processes


def test_errors_are_raised_here() -> None:
    """What goes wrong in the second process is raised as if there were one."""

    def work(items: Sequence[int]) -> list[int]:
        return [1 // (MANY - 1 - each) for each in items]

    with pytest.raises(ZeroDivisionError):
        in_halves(work, range(MANY))


def test_second_process_killed() -> None:
    """A second process that is gone leaves nothing undone."""
    parent = os.getpid()

    def work(items: Sequence[int]) -> list[int]:
        if os.getpid() != parent:
            os._exit(3)
        return list(items)

    assert in_halves(work, range(MANY)) == list(range(MANY))
