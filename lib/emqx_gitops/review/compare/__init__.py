"""What differs between two manifests, field by field."""

from emqx_gitops.review.compare.defaults import is_default
from emqx_gitops.review.compare.fields import compare

__all__ = ["compare", "is_default"]
