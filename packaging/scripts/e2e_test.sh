#!/usr/bin/env bash
# From end to end, as a user would: builds the sample actors, deploys each component into a node through the command
# line, sends each its messages, compares the replies, and runs the showcase. Ends with 1 at the first difference.
#
# Another table of messages than e2e_messages.txt may be given.
set -euo pipefail
# shellcheck source=packaging/scripts/common.sh
source "$(dirname "$0")/common.sh"

table=${1:-packaging/scripts/e2e_messages.txt}
mapfile -t actors < <(awk '$1 == "spawn" { print $3 }' "$table" | sort -u)
packaging/scripts/build_python_actors.sh "${actors[@]}"

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
"$WORKBENCH_PYTHON" -c 'import workbench.cli; workbench.cli.main()' node > "$scratch/address" 2> "$scratch/log" &
node=$!
read -r address < "$scratch/address" || fail "the node did not start: $(cat "$scratch/log")"
echo "a node runs at $address"

# Deploy a component under its actor's name: the node must know it by the hash of the file.
deploy() {
    local said hash
    hash=$(sha256sum < "$MODULES/$1.wasm")
    said=$(workbench module deploy "$MODULES/$1.wasm" --alias "$1" --force) || fail "$1 could not be deployed"
    echo "$said"
    [[ $said == "${hash%% *} "* ]] || fail "$1 was deployed as another module than its file, ${hash%% *}"
}

declare -A deployed
sent=0
while IFS= read -r line <&3; do
    read -ra words <<< "$line"
    case ${words[0]:-#} in
    \#*) ;;
    spawn)
        [[ ${deployed[${words[2]}]:-} ]] || deploy "${words[2]}"
        deployed[${words[2]}]=yes
        workbench actor spawn "${words[2]}" --name "${words[1]}" "${words[@]:3}" > /dev/null ||
            fail "no actor ${words[1]} of ${words[2]} could be spawned"
        ;;
    *)
        message=${line#* }
        compare "${words[0]}" "${message% -> *}" "${line##* -> }"
        sent=$((sent + 1))
        ;;
    esac
done 3< "$table"
echo "$sent messages were answered as expected"

kill -TERM "$node"
wait "$node" || fail "the node ended with $?"
node=

packaging/scripts/run.sh || fail "the showcase ended with $?"
echo "everything from end to end is as it should be"
