"""Settings of an environment: what is said about which."""

from __future__ import annotations

import pytest

from tests.rules.cases import setting
from tests.rules.checked import check, codes


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        ("EMQX_CLUSTER__DISCOVERY: k8s", "write `discovery.strategy`"),
        ("EMQX_CLUSTER__DISCOVERY_STRATEGY: kubernetes", "write `discovery.strategy`"),
        ("EMQX_CLUSTER_DISCOVERY_STRATEGY: k8s", "write `discovery.strategy`"),
        ("EMQX_LISTENER__TCP__EXTERNAL: '1883'", "write `emqx.listeners.mqtt`"),
        ("EMQX_LOG__LEVEL: debug", "did you mean `EMQX_LOG__CONSOLE__LEVEL`?"),
        ("EMQX_MQTT__MAX_QOS_ALOWED: '1'", "did you mean `EMQX_MQTT__MAX_QOS_ALLOWED`?"),
    ],
)
def test_the_fix_is_what_to_write(text: str, fix: str) -> None:
    """A field of the model is named where it stands for the setting, else the nearest setting."""
    (finding,) = check(setting(text))

    assert finding.fix.endswith(fix)


@pytest.mark.parametrize(
    "value",
    [
        "{secretName: db, key: password}",
        "file:///etc/db/password",
        "'${DB_PASSWORD}'",
        "''",
    ],
)
def test_a_secret_elsewhere_is_fine(value: str) -> None:
    """A reference, a file or a variable holds no secret in itself."""
    assert "EG315" not in codes(setting(f"EMQX_AUTHENTICATION__1__PASSWORD: {value}"))


@pytest.mark.parametrize(
    "value",
    [
        '[{mechanism = password_based, backend = mysql, password = "hunter2"}]',
        '[{"backend": "redis", "password": "hunter2"}]',
        "[{backend = postgresql, server = db, password=hunter2}]",
        "[{backend = mongodb, srv = mongodb://emqx:hunter2@db}]",
    ],
)
def test_a_secret_within_a_value_is_found(value: str) -> None:
    """Objects and addresses hold passwords as well, and no message repeats them."""
    found = check(setting(f"EMQX_AUTHENTICATION: '{value}'"))

    assert "EG315" in {each.rule.code for each in found}
    assert not any("hunter2" in f"{each.message} {each.fix}" for each in found)


@pytest.mark.parametrize(
    "value",
    [
        "[{mechanism = password_based, backend = built_in_database}]",
        "[{password_hash_algorithm = {name = sha256}}]",
        "[{backend = mysql, password = ${DB_PASSWORD}}]",
        '[{backend = mysql, password = "file:///etc/db/password"}]',
        '[{backend = mysql, query = "SELECT password_hash FROM mqtt_user"}]',
        '[{body = {username = "${username}", password = "${password}"}}]',
    ],
)
def test_what_only_speaks_of_passwords_is_fine(value: str) -> None:
    """The word alone is no secret."""
    assert "EG315" not in codes(setting(f"EMQX_AUTHENTICATION: '{value}'"))


def test_settings_of_the_pod_are_not_set_twice() -> None:
    """What the pod's own variables say cannot be said again, from a Secret neither."""
    assert "EG320" in codes(setting("POD_NAME: x"))
    assert "EG320" in codes(setting("HOME: {secretName: a, key: b}"))


def test_one_setting_in_two_spellings_is_refused() -> None:
    """EMQX makes no difference between capitals and small letters."""
    text = "EMQX_LOG__CONSOLE__LEVEL: debug\n    EMQX_log__console__level: error"

    assert codes(setting(text)) == {"EG320", "EG322"}


def test_a_line_may_be_as_long_as_kustomize_reads() -> None:
    """One byte more, and Kustomize would drop all settings after it without a word."""
    key = "EMQX_AUTHENTICATION"
    room = 65535 - len(key) - 1

    assert "EG319" not in codes(setting(f"{key}: {'x' * room}"))
    assert "EG319" in codes(setting(f"{key}: {'x' * (room + 1)}"))


def test_spaces_around_a_value_are_held() -> None:
    """Kustomize keeps them, so there is nothing to refuse."""
    assert codes(setting("EMQX_CLUSTER__NAME: ' a '")) <= {"EG307"}
