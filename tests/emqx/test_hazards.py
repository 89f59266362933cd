"""Settings that break under our runtime."""

from __future__ import annotations

import pytest

from emqx_gitops.emqx import HAZARDS, Line, Verdict, find_hazard


@pytest.mark.parametrize(
    ("line", "key", "value"),
    [
        (Line.V4_4, "EMQX_LOADED_PLUGINS", "emqx_auth_mysql"),
        (Line.V4_4, "EMQX_LOADED_MODULES", "emqx_mod_presence"),
        (Line.V5_8, "EMQX_NODE__DATA_DIR", "/data"),
        (Line.V5_8, "EMQX_LOG__FILE__PATH", "/var/log/emqx.log"),
        (Line.V5_8, "EMQX_LOG__FILE_HANDLERS__A__PATH", "/var/log/emqx.log"),
        (Line.V4_4, "EMQX_LOG__DIR", "/opt/emqx/logs"),
        (Line.V5_8, "EMQX_NAME", "emqx2"),
        (Line.V5_8, "EMQX_NODE__NAME", "emqx2@10.0.0.1"),
        (Line.V5_8, "EMQX_CLUSTER__PROTO_DIST", "inet_tls"),
        (Line.V5_8, "EMQX_RPC__PORT_DISCOVERY", "stateless"),
        (Line.V5_8, "EMQX_RPC__SERVER_PORT", "5370"),
        (Line.V5_8, "EMQX_NODE__ROLE", "replicant"),
        (Line.V5_8, "EMQX_DASHBOARD__LISTENERS__HTTP__PROXY_HEADER", "true"),
        (Line.V4_4, "EMQX_MANAGEMENT__LISTENER__HTTP__PROXY_HEADER", "true"),
    ],
)
def test_hazards_are_found(line: Line, key: str, value: str) -> None:
    """Each is named with a reason and a fix."""
    hazard = find_hazard(line, key, value)

    assert hazard
    assert hazard.why
    assert hazard.fix


@pytest.mark.parametrize(
    ("line", "key", "value"),
    [
        (Line.V5_8, "EMQX_LOADED_PLUGINS", "emqx_auth_mysql"),  # ignored, so refused as unknown
        (Line.V5_8, "EMQX_NODE__DATA_DIR", "/opt/emqx/data"),
        (Line.V5_8, "EMQX_LOG__FILE__PATH", "/opt/emqx/log/emqx.log"),
        (Line.V5_8, "EMQX_LOG__FILE__PATH", "log/emqx.log"),
        (Line.V5_8, "EMQX_LOG__FILE__PATH", "${EMQX_LOG_DIR}/emqx.log"),
        (Line.V5_8, "EMQX_LOG__FILE__LEVEL", "debug"),
        (Line.V5_8, "EMQX_CLUSTER__PROTO_DIST", '"inet_tcp"'),
        (Line.V4_4, "EMQX_DASHBOARD__LISTENER__HTTP", "18083"),
        (Line.V5_8, "PATH", "/bin"),
    ],
)
def test_what_works_is_no_hazard(line: Line, key: str, value: str) -> None:
    """Values that our runtime provides for pass."""
    assert find_hazard(line, key, value) is None


def test_hazards_read_well() -> None:
    """Reasons and fixes are clauses, without full stops; a doubt is only warned about."""
    assert not any(hazard.why.endswith(".") or hazard.fix.endswith(".") for hazard in HAZARDS)
    assert {hazard.verdict for hazard in HAZARDS} == {Verdict.REFUSE, Verdict.WARN}
