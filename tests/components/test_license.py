"""The licence of EMQX Enterprise."""

from __future__ import annotations

import pytest

from tests.builds import Builder, codes


@pytest.mark.parametrize(
    ("emqx", "setting", "value"),
    [
        (
            "version: 4.4.19, edition: enterprise",
            "EMQX_LICENSE__FILE",
            "/etc/emqx/license/emqx.lic",
        ),
        (
            "version: 5.7.1, edition: enterprise",
            "EMQX_LICENSE__KEY",
            "file:///etc/emqx/license/emqx.lic",
        ),
        ("version: 5.10.4", "EMQX_LICENSE__KEY", "file:///etc/emqx/license/emqx.lic"),
        ("version: 6.2.2", "EMQX_LICENSE__KEY", "file:///etc/emqx/license/emqx.lic"),
    ],
)
def test_each_line_reads_a_file(built: Builder, emqx: str, setting: str, value: str) -> None:
    """The Secret is mounted as a folder, so that a renewed licence appears without a restart."""
    result = built(f"emqx: {{{emqx}, license: {{}}}}")

    assert result.settings[setting] == value
    (mount,) = (each for each in result.broker["volumeMounts"] if each["name"] == "license")
    assert mount == {"name": "license", "mountPath": "/etc/emqx/license", "readOnly": True}
    (volume,) = (each for each in result.pod["volumes"] if each["name"] == "license")
    assert volume["secret"]["secretName"] == "emqx-license"


def test_secret_and_key_are_free(built: Builder) -> None:
    """Both have defaults only."""
    result = built("emqx: {version: 5.10.4, license: {secretName: mine, key: a.txt}}")

    assert result.settings["EMQX_LICENSE__KEY"] == "file:///etc/emqx/license/a.txt"
    assert {"secretName": "mine", "defaultMode": 0o440} in (
        each.get("secret") for each in result.pod["volumes"]
    )


def test_open_source_reads_none() -> None:
    """A licence that nobody would read is refused."""
    assert codes("emqx: {version: 5.8.9, license: {}}") == {"EG211"}
