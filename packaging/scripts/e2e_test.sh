#!/usr/bin/env bash
# From end to end, as a user would: builds the sample actors, deploys each component into a node through the command
# line, sends each its messages (e2e_messages.txt), compares the replies, and runs the showcase. Ends with 1 at the first
# difference.
set -euo pipefail
# shellcheck source=packaging/scripts/common.sh
source "$(dirname "$0")/common.sh"

packaging/scripts/build_python_actors.sh

scratch=$(mktemp -d)
export WORKBENCH_WORKSPACE=$scratch/workspace
node=
cleanup() {
    if [[ -n $node ]]; then
        kill -TERM "$node" 2> /dev/null || true
        wait "$node" || true
    fi
    rm -rf "$scratch"
}
trap cleanup EXIT

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

# What an actor answers to a message: its reply, or `!` and the code of its refusal.
answer() {
    { workbench actor call "$1" "$2" --json || true; } | "$WORKBENCH_PYTHON" -c '
import json, sys
found = json.loads(sys.stdin.readline())
print("!" + found["code"] if found["code"] else found["reply"], end="")'
}

# Send it a message: the answer must be the one that is wanted.
compare() {
    local got
    got=$(answer "$1" "$2")
    case $3 in
    ...) [[ -n $got && $got != !* ]] ;;
    "(empty)") [[ -z $got ]] ;;
    *) [[ $got == "$3" ]] ;;
    esac || fail "$1 answered $2 with '$got', and '$3' was expected"
}

mkfifo "$scratch/address"
"$WORKBENCH_PYTHON" -c 'import workbench.cli; workbench.cli.main()' node > "$scratch/address" &
node=$!
read -r address < "$scratch/address" || fail "the node did not start"
echo "a node runs at $address"

for component in "$MODULES"/*.wasm; do
    name=$(basename "$component" .wasm)
    said=$(workbench module deploy "$component" --alias "$name" --force)
    echo "$said"
    hash=$(sha256sum < "$component")
    [[ $said == "${hash%% *} "* ]] || fail "$name was deployed as another module than its file, ${hash%% *}"
done

sent=0
while IFS= read -r line <&3; do
    read -ra words <<< "$line"
    case ${words[0]:-#} in
    \#*) ;;
    spawn) workbench actor spawn "${words[2]}" --name "${words[1]}" "${words[@]:3}" > /dev/null ;;
    *)
        message=${line#* }
        compare "${words[0]}" "${message% -> *}" "${line##* -> }"
        sent=$((sent + 1))
        ;;
    esac
done 3< packaging/scripts/e2e_messages.txt
echo "$sent messages were answered as expected"

kill -TERM "$node"
wait "$node" || fail "the node ended with $?"
node=

packaging/scripts/run.sh
echo "everything from end to end is as it should be"
