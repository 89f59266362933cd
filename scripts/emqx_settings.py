"""
Write ``lib/emqx_gitops/emqx/settings.tsv`` from a listing of EMQX's schemas.

The listing has one row per setting and line, as a walk over each line's schema modules gave it
(columns: version_line, env_name, type, enum_or_range, default, description, config_path, flags,
source). What is written has one row per setting and shape, and names the lines that it holds for;
`emqx_gitops.emqx.catalog` reads it. ``--check`` compares instead of writing: exit 1 if stale.
"""

from __future__ import annotations

import argparse
import csv
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

LINES = ("4.4", "5.7", "5.8", "5.9", "5.10", "6.x")
V5_UP = LINES[1:]
TARGET = Path(__file__).parents[1] / "lib/emqx_gitops/emqx/settings.tsv"
HEADER = ("key", "shape", "default", "flags", "lines")


class Row(NamedTuple):
    """One line of the file that is written, for one EMQX line yet."""

    key: str
    shape: str
    default: str
    flags: str
    line: str


# Single shapes; what is not here is a literal, a range or a union.
SHAPES = {
    "boolean": "bool",
    "flag": "flag",
    "bytesize": "bytes",
    "wordsize": "bytes",
    "percent": "percent",
    "{percent,float}": "percent",
    "qos": "int(0..2)",
    "ip_port": "address",
    "port or ip:port": "address",
    "number": "number",
    "float": "number",
    "infinity": "=infinity",
    "disabled": "=disabled",
    "pos_integer": "int(1..)",
    "non_neg_integer": "int(0..)",
    "port": "int(0..65535)",
    "object": "open",
    "map": "open",
    # cuttlefish takes the first of several types that fits.
    "[integer,{duration,ms}]": "int|duration",
    "[{enum,[unlimited]},integer]": "=unlimited|int",
    "[bytesize,atom]": "string",
    "[{duration,ms},atom]": "string",
}
# Anything parses as one of these, or their own syntax is not worth a false refusal.
TEXTS = (
    "string",
    "atom",
    "secret",
    "binary",
    "url",
    "file",
    "rate",
    "initial",
    "burst",
    "failure_strategy",
    "built_in_database",
    "comma_separated_atoms",
    "comma_separated_binary",
    "comma_separated_list",
    "default",
    "evaluation",
    "none",
    "system",
    "disable",
    "auto",
    "unlimited",
)

RANGES = {
    "range4ports": "1024..134217727",
    "zdbbl_range": "",  # 1KB to 2097151KB: the shape is bytes
    "range:gt_0": "1..",
    "range:gt_0_lt_256": "0..255",  # despite its name (v4.4.19 priv/emqx.schema)
}

DROPPED_FLAGS = (
    "required",
    "readonly",
    "pattern",
    "hand-extracted",
    "array-index-1-based",
    "unverified-default",
)

# Defaults that describe instead of naming a value.
PROSE = re.compile(
    r"\(|;|\{\{|\bwhen\b|computed|under |schedulers|unverified|undefined|hostname|@EMQX"
)


def shape_of(kind: str, detail: str) -> str:
    """Write a schema type as a shape: alternatives joined by ``|``, literals marked by ``=``."""
    if kind == "enum" or (kind == "atom" and "|" in detail):
        return _literals(detail)
    if kind == "integer":
        return _integer(detail)
    if kind == "union":
        return _union(detail)
    if kind.startswith(("array", "list")):
        return "array"
    plain = SHAPES.get(kind) or ("string" if kind in TEXTS else "")
    if not plain and "duration" not in kind:
        raise SystemExit(f"no shape for type {kind!r} ({detail!r})")
    return plain or "duration"


def _literals(detail: str) -> str:
    # What depends on the line or the edition in ways that the listing only tells in words.
    if "(line dependent)" in detail or not re.fullmatch(r"[\w|()]+", detail):
        return "string"
    return "|".join(f"={value.partition('(')[0]}" for value in detail.split("|"))


def _integer(detail: str) -> str:
    detail = RANGES.get(detail, detail).removeprefix("range:")
    if not detail:
        return "int"
    low, high = re.fullmatch(r"(?:>=)?(\d+)(?:(?:\.\.|-)(.*))?", detail).groups()  # type: ignore[union-attr]
    power = re.fullmatch(r"2\^(\d+)-1", high or "")
    top = str(2 ** int(power[1]) - 1) if power else (high or "").replace("inf", "")
    return f"int({low}..{top})"


def _union(detail: str) -> str:
    members = []
    for member in detail.split(" | "):
        if member.startswith(("ref(", "map(", "array(", "alias(")):
            return "open" if "alias" not in member else "string"
        bounds = re.fullmatch(r"range\((\d+),(\w+)\)", member)
        if bounds:
            members.append(f"int({bounds[1]}..{bounds[2].replace('inf', '')})")
        elif member in {"infinity", "disabled", "unlimited", "disable", "auto"}:
            members.append(f"={member}")
        else:
            members.append(shape_of(member, ""))
    return "string" if "string" in members else "|".join(members)


def key_of(line: str, name: str, flags: str) -> str:
    """Write the variable's name as a pattern: ``*`` is a name of the user's, ``#`` an index."""
    pattern = re.search(r"pattern=([^,]*)", flags)
    if line == "4.4" and pattern:
        path = re.sub(r"\$\w+", "*", pattern[1])
        return "EMQX_" + path.upper().replace(".", "__")
    name = re.sub(r"^(EMQX_LISTENERS__[A-Z]+)__DEFAULT(?=__)", r"\1__*", name)
    return re.sub(r"__1(?=__)", "__#", name)


def flags_of(flags: str) -> str:
    """Keep the flags that the compiler asks for."""
    kept = []
    for flag in filter(None, flags.split(",")):
        name = flag.partition("=")[0]
        if name == "not-a-config-key":
            kept.append("environment")
        elif name == "replicant-enterprise-only":
            kept.append(name)
        elif name not in {*DROPPED_FLAGS, "override_env"}:
            kept.append(flag)
    return ",".join(sorted(kept))


def listed(path: Path) -> Iterator[Row]:
    """Read the rows of the listing, for the lines that we know."""
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            line, name, flags = row["version_line"], row["env_name"], row["flags"]
            # In 5.x this is one handler or a map of them, so an inner node: see `handlers`.
            inner = name == "EMQX_LOG__FILE" and line != "4.4"
            if line not in LINES or not name.startswith("EMQX_") or inner:
                continue
            shape = shape_of(row["type"], row["enum_or_range"])
            default = "" if PROSE.search(row["default"]) else row["default"].strip()
            key = key_of(line, name, flags)
            yield Row(key, shape, default, flags_of(flags), line)
            override = re.search(r"override_env=([A-Z_]+)", flags)
            if override:
                yield Row(override[1], shape, "", "environment", line)


def handlers(rows: list[Row]) -> Iterator[Row]:
    """Repeat each setting of the log file for named handlers: the schema allows a map of them."""
    head = "EMQX_LOG__FILE__"
    for row in rows:
        if row.key.startswith(head) and row.line != "4.4":
            yield row._replace(key=head + "*__" + row.key.removeprefix(head))


SSL_OPTIONS = (
    "EMQX_CLUSTER__ETCD__SSL_OPTIONS",
    "EMQX_DASHBOARD__LISTENERS__HTTPS__SSL_OPTIONS",
    "EMQX_LISTENERS__QUIC__*__SSL_OPTIONS",
    "EMQX_LISTENERS__SSL__*__SSL_OPTIONS",
    "EMQX_LISTENERS__WSS__*__SSL_OPTIONS",
)
LEGACY_PROMETHEUS = (
    "PUSH_GATEWAY_SERVER",
    "INTERVAL",
    "HEADERS",
    "JOB_NAME",
    "ENABLE",
    "VM_DIST_COLLECTOR",
    "MNESIA_COLLECTOR",
    "VM_STATISTICS_COLLECTOR",
    "VM_SYSTEM_INFO_COLLECTOR",
    "VM_MEMORY_COLLECTOR",
    "VM_MSACC_COLLECTOR",
)


def supplement() -> Iterator[Row]:
    """Add what the listing lacks under roots that it covers otherwise, each with its source."""
    for line in LINES:
        for key, shape, flags, lines in _SUPPLEMENT:
            if line in lines:
                yield Row(key, shape, "", flags, line)


_SUPPLEMENT: list[tuple[str, str, str, tuple[str, ...]]] = [
    # v4.4.19 priv/emqx.schema; apps/emqx_sn/priv/emqx_sn.schema
    ("EMQX_LISTENER__WSS__*__HANDSHAKE_TIMEOUT", "duration", "", ("4.4",)),
    ("EMQX_MQTT__SN", "open", "", ("4.4",)),
    # bin/emqx of each line; docker-entrypoint.sh traces itself when DEBUG is set
    ("EMQX_WAIT_FOR_STOP", "int(0..)", "environment", LINES),
    ("EMQX_WAIT_FOR_START", "int(0..)", "environment", V5_UP),
    ("EMQX_SSL_DIST_OPTFILE", "string", "environment", LINES),
    ("EMQX_ETC_DIR", "string", "environment", V5_UP),
    ("EMQX_SECURITY_PROFILE", "=legacy|=hardened", "environment", ("6.x",)),
    # emqx_schema.erl base_listener, mqtt_limiter; emqx_authn_schema.erl injected_fields
    ("EMQX_LISTENERS__*__*__LIMITER", "open", "hidden", ("5.7", "5.8")),
    ("EMQX_MQTT__LIMITER", "open", "", ("5.9", "5.10", "6.x")),
    ("EMQX_LISTENERS__*__*__AUTHENTICATION", "array", "", V5_UP),
    # emqx_cluster_link_schema.erl injected_fields; emqx_enterprise_schema.erl audit_log_conf
    ("EMQX_CLUSTER__LINKS", "array", "enterprise-only", ("5.8", "5.9", "5.10", "6.x")),
    ("EMQX_LOG__AUDIT", "open", "enterprise-only", V5_UP),
    # emqx_auth_ext_schema.erl, in the core schema from 5.9 on
    *(
        (f"{options}__{name}", shape, "enterprise-only", ("5.7", "5.8"))
        for options in SSL_OPTIONS
        for name, shape in (
            (
                "PARTIAL_CHAIN",
                "=true|=false|=two_cacerts_from_cacertfile|=cacert_from_cacertfile",
            ),
            ("VERIFY_PEER_EXT_KEY_USAGE", "string"),
        )
    ),
    # emqx_retainer_schema.erl; emqx_prometheus_schema.erl legacy_deprecated_setting
    ("EMQX_RETAINER__EXTERNAL_BACKENDS", "open", "", V5_UP),
    *((f"EMQX_PROMETHEUS__{name}", "string", "", V5_UP) for name in LEGACY_PROMETHEUS),
]


def merge(rows: list[Row]) -> str:
    """Join rows that differ only by line, sort them, and write the file's text."""
    lines: dict[tuple[str, ...], set[str]] = {}
    seen: set[tuple[str, str]] = set()
    for row in rows:
        # The first of two rows for a key wins: the listing comes before the supplement.
        if (row.key, row.line) not in seen:
            seen.add((row.key, row.line))
            lines.setdefault(row[:4], set()).add(row.line)
    body = sorted((*row, ",".join(x for x in LINES if x in found)) for row, found in lines.items())
    return "".join("\t".join(row) + "\n" for row in (HEADER, *body))


def main() -> int:
    """Write the file, or compare it: 0 is fine, 1 is stale."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("listing", type=Path, help="the listing of the schemas, tab-separated")
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    args = parser.parse_args()
    rows = list(listed(args.listing))
    text = merge([*rows, *handlers(rows), *supplement()])
    if args.check:
        fresh = TARGET.read_text(encoding="utf-8") == text
        sys.stderr.write("" if fresh else f"{TARGET.name} is stale: run {Path(__file__).name}\n")
        return 0 if fresh else 1
    TARGET.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
