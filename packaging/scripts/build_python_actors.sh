#!/usr/bin/env bash
# Builds every sample actor in Python into a WebAssembly component of its own, wasm-modules/NAME.wasm, and tells their
# sizes and hashes; with names as arguments, only those. A build takes ten seconds or more; what was built before from the
# same source is taken from the cache.
set -euo pipefail
# shellcheck source=packaging/scripts/common.sh
source "$(dirname "$0")/common.sh"

# In the order of docs/sample-actors.md.
actors=(counter event fsm service_demo keyvalue process_groups locks registry durability blob)
if (($#)); then
    actors=("$@")
fi

mkdir -p "$MODULES"
for actor in "${actors[@]}"; do
    built=$MODULES/$actor.wasm
    workbench module build "resources/actors/${actor}_actor.py" --output "$built" > /dev/null
    bytes=$(wc -c < "$built")
    hash=$(sha256sum < "$built")
    printf '%-16s %5.1f MiB  %s\n' "$actor" "$(awk "BEGIN { print $bytes / 1048576 }")" "${hash%% *}"
done
