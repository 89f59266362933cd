"""Kustomize for cdk8s, and the program that builds it; nothing here knows of EMQX."""
