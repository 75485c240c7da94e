#!/usr/bin/env bash
# Gradescope runs this once, as root, when it builds the image.
set -euo pipefail

SOURCE="${AUTOGRADER:-/autograder}/source"
VENV="${AUTOGRADER_VENV:-/opt/autograder-venv}"

apt-get update
apt-get install -y --no-install-recommends python3 python3-venv libsndfile1

python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
  echo "The autograder needs Python 3.11: choose a newer Ubuntu under 'Base Image'." >&2
  exit 1
}

# Answers run as another user, who may use the libraries but not read the folder with the references.
python3 -m venv "$VENV"
mapfile -t PIP_FLAGS < "$SOURCE/pip-flags.txt" # one a line
"$VENV/bin/python" -m pip install --no-cache-dir "${PIP_FLAGS[@]}" \
  -c "$SOURCE/requirements.txt" -r "$SOURCE/dependencies.txt"
chmod -R go+rX "$VENV"
chmod 700 "$SOURCE"
