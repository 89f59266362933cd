"""Settings checked against their line."""

from __future__ import annotations

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emqx_gitops.emqx import (
    Edition,
    Kind,
    Line,
    Setting,
    Verdict,
    catalog,
    check_setting,
    is_secret,
    owner,
)
from emqx_gitops.emqx.catalog import instance, path_of

REFUSE, WARN = Verdict.REFUSE, Verdict.WARN
LISTED = [(line, setting) for line in Line for setting in catalog(line).settings()]


def concrete(line: Line, setting: Setting) -> str:
    """Return a key that *setting* is the pattern of."""
    return instance(line, setting.key, path_of(line, setting.key.replace("*", "NAME1")))


def test_every_listed_key_is_accepted_on_its_own_line() -> None:
    """The list contradicts itself nowhere."""
    allowed = {None, Kind.DEPRECATED}
    found = {
        (line, setting.key): problem.kind
        for line, setting in LISTED
        if (problem := check_setting(line, Edition.ENTERPRISE, concrete(line, setting)))
    }

    assert set(found.values()) <= allowed


def test_every_default_is_accepted() -> None:
    """No value that EMQX itself starts from is refused, but the public secrets."""
    refused = {
        concrete(line, setting): setting.default
        for line, setting in LISTED
        if setting.default
        and (
            problem := check_setting(
                line, Edition.ENTERPRISE, concrete(line, setting), setting.default
            )
        )
        and (problem.verdict is REFUSE and problem.kind is not Kind.DEFAULT_SECRET)
    }

    assert refused == {}


# Row 8 of the guide: the strategy has another name in each generation, its value is k8s, and two
# underscores separate its parts.
@pytest.mark.parametrize(
    ("line", "key", "value", "kind", "suggestion"),
    [
        (
            Line.V5_8,
            "EMQX_CLUSTER__DISCOVERY",
            "k8s",
            Kind.OTHER_LINE,
            "EMQX_CLUSTER__DISCOVERY_STRATEGY",
        ),
        (
            Line.V4_4,
            "EMQX_CLUSTER__DISCOVERY_STRATEGY",
            "k8s",
            Kind.OTHER_LINE,
            "EMQX_CLUSTER__DISCOVERY",
        ),
        (
            Line.V5_8,
            "EMQX_CLUSTER_DISCOVERY",
            "k8s",
            Kind.UNKNOWN_ROOT,
            "EMQX_CLUSTER__DISCOVERY_STRATEGY",
        ),
        (
            Line.V4_4,
            "EMQX_CLUSTER_DISCOVERY",
            "k8s",
            Kind.UNKNOWN_ROOT,
            "EMQX_CLUSTER__DISCOVERY",
        ),
        (Line.V4_4, "EMQX_CLUSTER__DISCOVERY", "kubernetes", Kind.NOT_IN_ENUM, "k8s"),
        (Line.V6, "EMQX_CLUSTER__DISCOVERY_STRATEGY", "kubernetes", Kind.NOT_IN_ENUM, "k8s"),
        (
            Line.V5_7,
            "EMQX_CLUSTER__K8S__ADRESS_TYPE",
            "hostname",
            Kind.UNKNOWN_KEY,
            "EMQX_CLUSTER__K8S__ADDRESS_TYPE",
        ),
        (Line.V5_7, "EMQX_CLUSTER__K8S__ADDRESS_TYPE", "Hostname", Kind.NOT_IN_ENUM, "hostname"),
        (Line.V5_8, "EMQX_CLUSTER__K8S__APP_NAME", "emqx", Kind.OTHER_LINE, ""),
        (
            Line.V4_4,
            "EMQX_CLUSTER__K8S__APP_NAMES",
            "e",
            Kind.UNKNOWN_KEY,
            "EMQX_CLUSTER__K8S__APP_NAME",
        ),
    ],
)
def test_guide_row_8_discovery_is_spelt_right(
    line: Line, key: str, value: str, kind: Kind, suggestion: str
) -> None:
    """What leaves nodes alone is refused, in every edition, with what was meant."""
    for edition in Edition:
        problem = check_setting(line, edition, key, value)
        assert problem
        assert (problem.kind, problem.suggestion) == (kind, suggestion)
        assert problem.verdict is REFUSE


@pytest.mark.parametrize(
    ("line", "key", "suggestion"),
    [
        (Line.V5_8, "EMQX_LISTENER__TCP__EXTERNAL", "EMQX_LISTENERS__TCP__DEFAULT__BIND"),
        (
            Line.V5_8,
            "EMQX_LISTENER__SSL__EXTERNAL__CERTFILE",
            "EMQX_LISTENERS__SSL__DEFAULT__SSL_OPTIONS__CERTFILE",
        ),
        (Line.V4_4, "EMQX_LISTENERS__TCP__DEFAULT__BIND", "EMQX_LISTENER__TCP__EXTERNAL"),
        (
            Line.V4_4,
            "EMQX_LISTENERS__WSS__MINE__SSL_OPTIONS__KEYFILE",
            "EMQX_LISTENER__WSS__MINE__KEYFILE",
        ),
        (Line.V5_8, "EMQX_ALLOW_ANONYMOUS", "EMQX_AUTHENTICATION"),
        (Line.V5_8, "EMQX_ZONE__EXTERNAL__MAX_INFLIGHT", "EMQX_MQTT__MAX_INFLIGHT"),
        (
            Line.V5_8,
            "EMQX_OS_MON__CPU_CHECK_INTERVAL",
            "EMQX_SYSMON__OS__CPU_CHECK_INTERVAL",
        ),
        (
            Line.V4_4,
            "EMQX_SYSMON__OS__CPU_CHECK_INTERVAL",
            "EMQX_OS_MON__CPU_CHECK_INTERVAL",
        ),
        (Line.V5_8, "EMQX_LOADED_PLUGINS", ""),
        (Line.V5_7, "EMQX_LISTENERS__TCP__DEFAULT__PARSE_UNIT", ""),
        (Line.V4_4, "EMQX_MQTT__MAX_INFLIGHT", "EMQX_ZONE__EXTERNAL__MAX_INFLIGHT"),
    ],
)
def test_keys_of_other_lines_are_translated(line: Line, key: str, suggestion: str) -> None:
    """A key of another line is refused where this one ignores it, with its own name for it."""
    problem = check_setting(line, Edition.OPENSOURCE, key)

    assert problem
    assert (problem.kind, problem.verdict) == (Kind.OTHER_LINE, REFUSE)
    assert problem.suggestion == suggestion


@pytest.mark.parametrize(
    ("line", "key", "kind", "verdict"),
    [
        # Roots that are not covered may hold what we do not know.
        (Line.V5_8, "EMQX_RULE_ENGINE__RULES__A__SQL", Kind.UNCHECKED, WARN),
        (Line.V5_8, "EMQX_SYSMON__VM__LONG_GC", Kind.UNKNOWN_KEY, WARN),
        (Line.V4_4, "EMQX_AUTH__MYSQL__SERVER", Kind.UNCHECKED, WARN),
        (Line.V5_8, "EMQX_BROKER__SYS_INTERVAL", Kind.OTHER_LINE, WARN),
        (Line.V5_8, "EMQX_FOO__BAR", Kind.UNKNOWN_ROOT, WARN),
        (Line.V5_8, "EMQX_AUTHENTICATION__0__BACKEND", Kind.UNKNOWN_KEY, REFUSE),
        (Line.V5_8, "TZ", Kind.NOT_A_SETTING, WARN),
        (Line.V5_8, "CLUSTER__DISCOVERY_STRATEGY", Kind.NOT_A_SETTING, REFUSE),
        (Line.V5_8, "emqx_cluster__name", Kind.NOT_A_SETTING, REFUSE),
        (Line.V5_8, "EMQX_CLUSTER.NAME", Kind.NOT_A_SETTING, REFUSE),
        (Line.V5_8, "EMQX_RPC__TCP_SERVER_PORT", Kind.ALIAS, WARN),
        (Line.V5_8, "EMQX_LOG__FILE_HANDLERS__A__LEVEL", Kind.ALIAS, WARN),
        (Line.V5_8, "EMQX_LICENSE__KEY", Kind.OTHER_EDITION, REFUSE),
        (Line.V5_8, "EMQX_NODE__PROCESS_LIMIT", Kind.DEPRECATED, WARN),
    ],
)
def test_kinds_of_problems(line: Line, key: str, kind: Kind, verdict: Verdict) -> None:
    """Refused is what is certain; the rest is warned about."""
    problem = check_setting(line, Edition.OPENSOURCE, key)

    assert problem
    assert (problem.kind, problem.verdict) == (kind, verdict)


@pytest.mark.parametrize(
    ("line", "key"),
    [
        (Line.V5_8, "EMQX_LISTENERS__TCP__MINE__MAX_CONNECTIONS"),
        (Line.V5_8, "EMQX_LISTENERS__TCP__DEFAULT__AUTHENTICATION__1__BACKEND"),
        (Line.V5_8, "EMQX_AUTHENTICATION__2__PASSWORD_HASH_ALGORITHM__NAME"),
        (Line.V5_8, "EMQX_CLUSTER__LINKS__1__SERVER"),
        (Line.V5_8, "EMQX_LOG__FILE__AUDIT2__LEVEL"),
        (Line.V5_8, "EMQX_ZONES__EDGE__MQTT__MAX_INFLIGHT"),
        (Line.V5_8, "EMQX_RPC__CIPHERS__1"),
        (Line.V4_4, "EMQX_LISTENER__TCP__MINE"),
        (Line.V4_4, "EMQX_ZONE__MINE__MAX_INFLIGHT"),
        (Line.V4_4, "EMQX_LISTENER__TCP__EXTERNAL__ACCESS__2"),
        (Line.V4_4, "EMQX_MQTT__SN__PORT"),
    ],
)
def test_names_and_indices_are_the_users(line: Line, key: str) -> None:
    """Listeners, zones and handlers have any name, arrays any element."""
    assert check_setting(line, Edition.ENTERPRISE, key) is None


def test_objects_are_given_whole_or_not_at_all() -> None:
    """EMQX stops at a root or struct that is set to anything but an object (emqx/emqx#8881)."""
    assert (
        check_setting(Line.V5_8, Edition.OPENSOURCE, "EMQX_TELEMETRY", "{enable = false}") is None
    )
    assert check_setting(Line.V5_8, Edition.OPENSOURCE, "EMQX_TELEMETRY") is None
    problem = check_setting(Line.V5_8, Edition.OPENSOURCE, "EMQX_TELEMETRY", "false")

    assert problem
    assert (problem.kind, problem.verdict) == (Kind.WRONG_TYPE, REFUSE)


def test_private_sources_are_trusted() -> None:
    """Enterprise 4.4 may know settings that the public sources lack, but under cluster."""
    key = "EMQX_MQTT__SOMETHING_NEW"

    for edition, verdict in ((Edition.ENTERPRISE, WARN), (Edition.OPENSOURCE, REFUSE)):
        problem = check_setting(Line.V4_4, edition, key)
        assert problem
        assert problem.verdict is verdict


def test_replicants_are_enterprise_on_5_8() -> None:
    """Open source 5.8 knows cores only, the enterprise edition and 5.7 both roles."""
    arguments = ("EMQX_NODE__ROLE", "replicant")

    refused = check_setting(Line.V5_8, Edition.OPENSOURCE, *arguments)
    assert refused
    assert refused.kind is Kind.NOT_IN_ENUM
    assert check_setting(Line.V5_8, Edition.ENTERPRISE, *arguments) is None
    assert check_setting(Line.V5_7, Edition.OPENSOURCE, *arguments) is None


def test_public_secrets_are_refused() -> None:
    """Nobody sets the password that everybody knows, quoted or not."""
    for value in ("public", '"public"'):
        key = "EMQX_DASHBOARD__DEFAULT_PASSWORD"
        problem = check_setting(Line.V5_8, Edition.OPENSOURCE, key, value)
        assert problem
        assert problem.kind is Kind.DEFAULT_SECRET


def test_messages_do_not_tell_secrets() -> None:
    """A secret's value stands in no message and no suggestion."""
    value = "hunter two"
    key = "EMQX_DASHBOARD__DEFAULT_PASSWORD"
    problem = check_setting(Line.V5_8, Edition.OPENSOURCE, key, value)

    assert problem
    assert problem.kind is Kind.NEEDS_QUOTES
    assert "hunter" not in problem.message + problem.suggestion


@pytest.mark.parametrize(
    ("key", "secret"),
    [
        ("EMQX_NODE__COOKIE", True),
        ("EMQX_AUTHENTICATION__1__PASSWORD", True),
        ("EMQX_LICENSE__KEY", True),
        ("EMQX_LISTENERS__SSL__MINE__SSL_OPTIONS__PASSWORD", True),
        ("EMQX_DASHBOARD__TOKEN_EXPIRED_TIME", False),
        ("EMQX_MQTT__MAX_PACKET_SIZE", False),
        ("PATH", False),
    ],
)
def test_secrets_are_known(key: str, *, secret: bool) -> None:
    """By the schema's mark, or by their name."""
    assert is_secret(Line.V5_8, key) is secret


PARTS = st.sampled_from(
    ["EMQX_", "__", "_", "CLUSTER", "LISTENERS", "TCP", "default", "0", "1", "ZONES", "LOG", "é"]
)
NAMES = st.one_of(
    st.text(max_size=60), st.lists(PARTS, max_size=8).map("".join), st.text(string.ascii_uppercase)
)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(Line), st.sampled_from(Edition), NAMES, st.text(max_size=60))
def test_anything_gets_an_answer(line: Line, edition: Edition, key: str, value: str) -> None:
    """No text is too odd to judge, and judging it twice gives the same."""
    assert check_setting(line, edition, key, value) == check_setting(line, edition, key, value)
    assert owner(line, key) is None or key.startswith("EMQX_")


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(LISTED), st.text(max_size=60))
def test_any_value_gets_an_answer(listed: tuple[Line, Setting], value: str) -> None:
    """A suggested value is one that fits."""
    line, setting = listed
    key = concrete(line, setting)
    problem = check_setting(line, Edition.ENTERPRISE, key, value)

    if problem and problem.kind in {Kind.WRONG_TYPE, Kind.NOT_IN_ENUM} and problem.suggestion:
        mended = check_setting(line, Edition.ENTERPRISE, key, problem.suggestion)
        assert mended is None or mended.verdict is WARN
