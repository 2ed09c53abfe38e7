# The peer-to-peer network: cargo builds shim/ into a static library, which becomes the target
# kit_shim with its generated header. All presets and clones share one cargo folder in the user's
# cache, named by the locked dependencies, the compiler and the flags, so the dependencies are
# compiled once. Cargo runs offline: `cargo fetch --locked` (scripts/setup does it) comes first.
find_program(KIT_CARGO cargo)
find_program(KIT_RUSTC rustc)
if(NOT KIT_CARGO OR NOT KIT_RUSTC)
    message(WARNING "KIT_P2P is on and there is no cargo: built without peers. "
        "Install Rust 1.88 or newer (Debian: rustc-web and cargo-web), or say -DKIT_P2P=OFF.")
    return()
endif()
execute_process(COMMAND "${KIT_RUSTC}" --version OUTPUT_VARIABLE kit_rustc_version
    OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE kit_rustc_failed)
if(kit_rustc_failed)
    message(WARNING "KIT_P2P is on and rustc does not run here: built without peers.")
    return()
endif()
string(REGEX MATCH "[0-9]+\\.[0-9]+" kit_rustc_number "${kit_rustc_version}")
if(kit_rustc_number VERSION_LESS 1.88)
    message(WARNING "KIT_P2P is on and ${kit_rustc_version} is too old: built without peers. "
        "Install Rust 1.88 or newer (Debian: rustc-web and cargo-web), or say -DKIT_P2P=OFF.")
    return()
endif()

set(kit_shim_folder "${CMAKE_SOURCE_DIR}/shim")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
    "${kit_shim_folder}/Cargo.lock" "${kit_shim_folder}/Cargo.toml")
file(READ "${kit_shim_folder}/Cargo.lock" kit_shim_lock)
file(READ "${kit_shim_folder}/Cargo.toml" kit_shim_manifest)
string(SHA256 kit_shim_key "${kit_rustc_version}${kit_shim_lock}${kit_shim_manifest}")
string(SUBSTRING "${kit_shim_key}" 0 16 kit_shim_key)

# Where cargo keeps what it compiled.
set(kit_shim_cache "$ENV{XDG_CACHE_HOME}")
if(NOT kit_shim_cache)
    set(kit_shim_cache "$ENV{HOME}/.cache")
endif()
set(KIT_SHIM_CACHE "${kit_shim_cache}/ipfs-kit/shim" CACHE PATH "What cargo compiled, shared")
set(kit_shim_target "${KIT_SHIM_CACHE}/${kit_shim_key}")
file(MAKE_DIRECTORY "${kit_shim_target}" "${CMAKE_BINARY_DIR}/shim")
if(NOT IS_DIRECTORY "${kit_shim_target}")
    set(kit_shim_target "${CMAKE_BINARY_DIR}/shim/target")
endif()

# Several builds at once wait for each other, so that each copies out what it built.
find_program(KIT_FLOCK flock REQUIRED)
set(kit_shim_library "${CMAKE_BINARY_DIR}/shim/libkit_p2p.a")
file(GLOB kit_shim_sources CONFIGURE_DEPENDS "${kit_shim_folder}/src/*.rs")
set(kit_cargo "${CMAKE_COMMAND}" -E env "CARGO_TARGET_DIR=${kit_shim_target}" CARGO_TERM_COLOR=never
    "${KIT_CARGO}")
add_custom_command(OUTPUT "${kit_shim_library}"
    COMMAND "${KIT_FLOCK}" "${kit_shim_target}/built.lock" sh "${CMAKE_CURRENT_LIST_DIR}/shim.sh"
        "${KIT_CARGO}" "${kit_shim_folder}" "${kit_shim_target}" "${kit_shim_library}"
    DEPENDS ${kit_shim_sources} "${kit_shim_folder}/Cargo.toml" "${kit_shim_folder}/Cargo.lock"
        "${CMAKE_CURRENT_LIST_DIR}/shim.sh"
    COMMENT "cargo build kit_p2p (the first time it compiles all of libp2p)"
    USES_TERMINAL VERBATIM)
add_custom_target(kit_shim_build DEPENDS "${kit_shim_library}")

add_library(kit_shim STATIC IMPORTED GLOBAL)
set_target_properties(kit_shim PROPERTIES IMPORTED_LOCATION "${kit_shim_library}")
target_include_directories(kit_shim INTERFACE "${kit_shim_folder}/include/generated")
target_link_libraries(kit_shim INTERFACE Threads::Threads m ${CMAKE_DL_LIBS})
add_dependencies(kit_shim kit_shim_build)

add_custom_target(kit_p2p_header_write
    COMMAND ${kit_cargo} run --release --locked --offline --quiet --package kit_p2p_header
        --manifest-path "${kit_shim_folder}/Cargo.toml" --
        "${kit_shim_folder}" "${kit_shim_folder}/include/generated/kit_p2p.h"
    USES_TERMINAL VERBATIM)

# ThreadSanitizer knows nothing of what Rust's code does.
if(KIT_TESTS AND NOT KIT_SANITIZE MATCHES "thread")
    add_test(NAME shim.header
        COMMAND ${kit_cargo} run --release --locked --offline --quiet --package kit_p2p_header
            --manifest-path "${kit_shim_folder}/Cargo.toml" --
            "${kit_shim_folder}" "${kit_shim_folder}/include/generated/kit_p2p.h" --check)
    set_tests_properties(shim.header PROPERTIES TIMEOUT 900)
    add_test(NAME shim.unit
        COMMAND "${KIT_FLOCK}" "${kit_shim_target}/built.lock"
            ${kit_cargo} test --release --locked --offline --quiet --package kit_p2p
            --manifest-path "${kit_shim_folder}/Cargo.toml")
    set_tests_properties(shim.unit PROPERTIES TIMEOUT 900)
    add_subdirectory(shim/tests)
endif()
