#!/usr/bin/env bash
# Runs the showcase: ./packaging/scripts/run.sh [--demo NAME] [--verbose]. In a clean clone it makes what it needs first.
set -euo pipefail
here=$PWD
# shellcheck source=packaging/scripts/common.sh
source "$(dirname "$0")/common.sh"

cd "$here"
exec "$WORKBENCH_PYTHON" -c 'import workbench.cli; workbench.cli.main()' showcase "$@"
