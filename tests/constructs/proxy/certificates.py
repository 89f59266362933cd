"""Certificates for tests, made by the openssl command."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

HOST = "mqtt.example.test"


@dataclass(frozen=True)
class Pair:
    """A certificate and its key."""

    certificate: Path
    key: Path

    @property
    def secret(self) -> dict[str, str]:
        """The data of a TLS Secret."""
        return {"tls.crt": self.certificate.read_text(), "tls.key": self.key.read_text()}


def _openssl(*arguments: str) -> None:
    command = ["openssl", *arguments]
    subprocess.run(command, check=True, capture_output=True)


def _pair(folder: Path, name: str) -> Pair:
    return Pair(folder / f"{name}.crt", folder / f"{name}.key")


def make_authority(folder: Path, name: str) -> Pair:
    """Make a CA whose common name is *name*."""
    pair = _pair(folder, name)
    new = ["req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    _openssl(*new, "-subj", f"/CN={name}", "-keyout", str(pair.key), "-out", str(pair.certificate))
    return pair


def make_certificate(folder: Path, name: str, authority: Pair) -> Pair:
    """Make a certificate for HOST and 127.0.0.1 whose common name is *name*."""
    pair = _pair(folder, name)
    names = f"subjectAltName=DNS:{HOST},IP:127.0.0.1"
    new = ["req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    signed = ["-CA", str(authority.certificate), "-CAkey", str(authority.key)]
    subject = ["-subj", f"/CN={name}", "-addext", names, "-addext", "basicConstraints=CA:FALSE"]
    _openssl(*new, *signed, *subject, "-keyout", str(pair.key), "-out", str(pair.certificate))
    return pair
