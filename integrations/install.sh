#!/usr/bin/env bash
# Install emqx-gitops of this very checkout into the folder $1, with the versions that it was tested with.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
"${PYTHON:-python3}" -m venv "$1"
pip=("$1/bin/python" -m pip --disable-pip-version-check --quiet install)
"${pip[@]}" --require-hashes -r "$root/requirements/runtime.txt"
"${pip[@]}" --no-index --no-deps --no-build-isolation "$root"
