# What the scripts share: how they speak, and building a preset. Sourced, never run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf '== %s\n' "$*" >&2; }
die() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }

# A step is its output when someone watches, and silent unless it fails when nobody does.
step() { # what, command...
    say "$1"
    shift
    if [ -t 2 ]; then
        "$@" >&2
        return
    fi
    local log
    log=$(mktemp)
    if ! "$@" >"$log" 2>&1 </dev/null; then
        cat "$log" >&2
        rm -f "$log"
        return 1
    fi
    rm -f "$log"
}

# The compiler takes up to 1 GiB for one file, so memory bounds the jobs as well as the cores.
build_jobs() {
    local cores memory_gib
    cores=$(nproc)
    memory_gib=$(awk '/MemAvailable/ { print int($2 / 1048576) }' /proc/meminfo)
    echo $((memory_gib < 1 ? 1 : memory_gib < cores ? memory_gib : cores))
}

configure_preset() { # preset, options for cmake...
    step "configuring $1" cmake --preset "$@" ||
        die "cmake could not configure build/$1: its words are above"
}

build_targets() { # preset, targets...
    local preset=$1
    shift
    step "building $preset (build/$preset)" cmake --build --preset "$preset" -j "$(build_jobs)" \
        --target "$@" || die "the $preset build failed: the compiler's words are above"
}

build_preset() { # preset, options for cmake...
    configure_preset "$@"
    build_targets "$1" all
}
