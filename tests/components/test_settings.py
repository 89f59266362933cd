"""Settings of one's own."""

from __future__ import annotations

from tests.builds import Builder, codes, environment_of


def test_strings_go_into_the_map(built: Builder) -> None:
    """Numbers and booleans are written as EMQX reads them; texts stay what they are."""
    settings = built(
        "emqx: {settings: {EMQX_MQTT__MAX_QOS_ALLOWED: 1, EMQX_MQTT__RETAIN_AVAILABLE: false,"
        " EMQX_LOG__CONSOLE__LEVEL: info, EMQX_MQTT__MAX_PACKET_SIZE: 2MB}}"
    ).settings

    assert settings["EMQX_MQTT__MAX_QOS_ALLOWED"] == "1"
    assert settings["EMQX_MQTT__RETAIN_AVAILABLE"] == "false"
    assert settings["EMQX_LOG__CONSOLE__LEVEL"] == "info"
    assert settings["EMQX_MQTT__MAX_PACKET_SIZE"] == "2MB"


def test_secrets_stay_references(built: Builder) -> None:
    """A value from a Secret is a variable of the container and no part of the map."""
    key = "EMQX_AUTHENTICATION__1__PASSWORD"
    result = built(
        "emqx: {settings: {EMQX_AUTHENTICATION__1__MECHANISM: password_based,"
        f" EMQX_AUTHENTICATION__1__BACKEND: mysql, {key}: {{secretName: db, key: password}}}}}}"
    )

    expected = {"secretKeyRef": {"name": "db", "key": "password"}}
    assert environment_of(result.broker)[key] == expected
    assert key not in result.settings


def test_a_setting_changes_the_name_of_the_map(built: Builder) -> None:
    """Pods refer to the map by a name that ends in a hash of it, so every change rolls them."""
    names = []
    for level in ("info", "error"):
        result = built(f"emqx: {{settings: {{EMQX_LOG__CONSOLE__LEVEL: {level}}}}}")
        (reference,) = result.broker["envFrom"]
        names.append(reference["configMapRef"]["name"])
        assert names[-1] == result.one("ConfigMap", "emqx-env")["metadata"]["name"]

    assert names[0] != names[1]


def test_old_maps_outlive_a_roll_out(built: Builder) -> None:
    """A pod that restarts before it is replaced finds its map, also in a throw-away environment:
    that is no matter of keeping data.
    """
    for asked in ("", "protect: false"):
        annotations = built(asked).one("ConfigMap", "emqx-env")["metadata"]["annotations"]

        assert annotations == {
            "argocd.argoproj.io/compare-options": "IgnoreExtraneous",
            "argocd.argoproj.io/sync-options": "Prune=false",
            "kustomize.toolkit.fluxcd.io/prune": "disabled",
        }


def test_settings_with_a_field_are_refused() -> None:
    """What the compiler writes itself has one place."""
    assert codes("emqx: {settings: {EMQX_NAME: other}}") == {"EG316"}
