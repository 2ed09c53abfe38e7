#!/bin/sh
# Builds the static library of shim/ and copies it out: shim.sh CARGO SHIM TARGET LIBRARY. Called
# by cmake/shim.cmake under a lock, since other builds use the same target folder.
set -eu
cargo=$1 shim=$2 target=$3 library=$4
CARGO_TARGET_DIR=$target "$cargo" build --release --locked --offline --quiet --package kit_p2p \
    --manifest-path "$shim/Cargo.toml" || {
    echo "cargo could not build shim/. If crates are missing: scripts/setup, or" \
        "cargo fetch --locked --manifest-path $shim/Cargo.toml" >&2
    exit 1
}
cp "$target/release/libkit_p2p.a" "$library.new"
mv "$library.new" "$library"
