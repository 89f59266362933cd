"""What differs between two manifests, field by field."""

from emqx_gitops.review.compare.fields import compare

__all__ = ["compare"]
