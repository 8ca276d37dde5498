# shellcheck shell=bash
# Read by the scripts beside it: goes to the project's root, and has `workbench` for them.
#
# Without WORKBENCH_PYTHON, a Python that has the workbench, that is the project's own environment, which is made where
# it is missing.

cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit
export MODULES=wasm-modules
if [[ -z ${WORKBENCH_PYTHON:-} ]]; then
    "${PYTHON:-python3}" packaging/dev.py setup
    WORKBENCH_PYTHON=$PWD/.venv/bin/python
fi
export WORKBENCH_PYTHON PYTHONPATH=$PWD${PYTHONPATH:+:$PYTHONPATH}

workbench() {
    "$WORKBENCH_PYTHON" -c 'import workbench.cli; workbench.cli.main()' "$@"
}
