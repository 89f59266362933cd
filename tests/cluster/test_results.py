"""How numbers of tests become a page."""

from __future__ import annotations

from tests.cluster import results


def test_numbers_of_all_tests_add_up_on_the_page() -> None:
    """What several tests count is one line, in the order of the families."""
    counts: results.Counts = {}
    for said in (("applied", "pods", 2), ("accepted", "objects", 1000), ("applied", "pods", 3)):
        results.add(counts, [("of another plugin", 1), results.to_property(*said)])

    rows = [line for line in results.page(counts).splitlines() if line.startswith("| a")]

    assert [row.split(" | ")[2:] for row in rows] == [["objects", "1,000 |"], ["pods", "5 |"]]
