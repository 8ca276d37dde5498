#!/bin/sh
# Puts the Actor Workbench of this folder into the menu and on the PATH of this user, without root: `install.sh`.
# `install.sh --uninstall` takes it away again. The folder itself stays where it is.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
data=${XDG_DATA_HOME:-$HOME/.local/share}
commands=$HOME/.local/bin
desktop=$data/applications/actor-workbench.desktop
mime=$data/mime/packages/actor-workbench.xml
icon=$data/icons/hicolor/scalable/apps/actor-workbench.svg

refresh() {
    if command -v update-desktop-database >/dev/null; then update-desktop-database -q "$data/applications" || true; fi
    if command -v update-mime-database >/dev/null; then update-mime-database "$data/mime" || true; fi
}

# A path as the value Exec of a desktop entry wants it, and then as sed wants it.
quoted() {
    printf '%s' "$1" | sed -e 's/[\\"`$]/\\\\&/g' -e 's/%/%%/g' -e 's/[\\&|]/\\&/g'
}

if [ "${1:-}" = --uninstall ]; then
    rm -f -- "$desktop" "$mime" "$icon"
    for name in workbench actor-workbench; do
        if [ "$(readlink -- "$commands/$name" || true)" = "$here/$name" ]; then rm -f -- "$commands/$name"; fi
    done
    refresh
    echo "The Actor Workbench is no longer in the menu; remove $here to remove it altogether."
    exit 0
fi
if [ $# -gt 0 ]; then
    echo "usage: install.sh [--uninstall]" >&2
    exit 2
fi

mkdir -p -- "$(dirname -- "$desktop")" "$(dirname -- "$mime")" "$(dirname -- "$icon")" "$commands"
sed "s|^Exec=actor-workbench|Exec=\"$(quoted "$here/actor-workbench")\"|" "$here/share/actor-workbench.desktop" >"$desktop"
cp -- "$here/share/actor-workbench.xml" "$mime"
cp -- "$here/share/actor-workbench.svg" "$icon"
for name in workbench actor-workbench; do
    if [ -e "$commands/$name" ] && [ ! -L "$commands/$name" ]; then
        echo "$commands/$name is there already and is not ours: it stays" >&2
    else
        ln -sfn -- "$here/$name" "$commands/$name"
    fi
done
refresh
echo "The Actor Workbench is in the menu. The command is $commands/workbench."
