"""No TLS."""

from __future__ import annotations

from tests.builds import Builder


def test_nothing_of_tls_is_there(built: Builder) -> None:
    """No certificate, no proxy, no TLS port."""
    result = built("exposure: {type: clusterIp, tls: {terminateAt: none}}")

    assert result.ids == built().ids
    assert not [each for each in result.pod["volumes"] if "secret" in each]
    assert set(result.ports()) == {"mqtt"}
