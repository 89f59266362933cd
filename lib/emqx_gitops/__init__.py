"""A GitOps manifest compiler for EMQX on Kubernetes."""
