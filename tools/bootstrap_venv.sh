#!/bin/sh
# Make .venv with the first Python >= 3.11 that has venv, and install exactly what requirements.lock names.
# PYTHON=/path/to/python chooses another one.
set -eu

suitable() {
    command -v "$1" >/dev/null 2>&1 &&
        "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null &&
        "$1" -c 'import venv, ensurepip' 2>/dev/null
}

if [ -x .venv/bin/python ] && suitable .venv/bin/python && .venv/bin/python -m pip --version >/dev/null 2>&1; then
    :  # kept: only what the lock file changed is installed
else
    chosen=
    for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
        if suitable "$candidate"; then
            chosen=$candidate
            break
        fi
    done
    if [ -z "$chosen" ]; then
        echo "No Python >= 3.11 with venv was found (${PYTHON:-python3, python3.11 … python3.14})." >&2
        echo "Install one (Debian, Ubuntu: apt install python3 python3-venv) or name it: make run PYTHON=/path/to/python" >&2
        exit 1
    fi
    "$chosen" -m venv --clear .venv
fi
echo "Python packages (the first time takes a minute) …"
# Compiled afterwards, on all processors, beside what npm does (Makefile).
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r requirements.lock
