"""
Where pull requests live: one comment that is kept up to date, on GitHub and GitLab.

Forges that speak GitHub's language, such as Forgejo, are reached as GitHub is.
"""

from emqx_gitops.forge.api import ForgeError
from emqx_gitops.forge.comment import Comment, Forge, Posted, post
from emqx_gitops.forge.github import GitHub
from emqx_gitops.forge.gitlab import GitLab

__all__ = ["Comment", "Forge", "ForgeError", "GitHub", "GitLab", "Posted", "post"]
