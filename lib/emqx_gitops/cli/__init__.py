"""The command line: one module for each command; the only prints and exit codes."""

from __future__ import annotations

from emqx_gitops.cli.group import main

__all__ = ["main"]
