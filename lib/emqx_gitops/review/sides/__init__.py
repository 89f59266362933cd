"""Where two sides come from: files, folders, kustomizations, git, standard input."""
