"""The model of an environment, its loader, and how it is laid out as Kustomize documents."""
