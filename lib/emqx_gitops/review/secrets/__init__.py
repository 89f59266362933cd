"""Secrets are never shown, in any position: all of them become `Hidden` or ``***`` here."""

from emqx_gitops.review.secrets.names import is_secret_name
from emqx_gitops.review.secrets.redact import redact
from emqx_gitops.review.secrets.text import scrub

__all__ = ["is_secret_name", "redact", "scrub"]
