# Where the hash functions come from that OpenSSL 3.0 lacks: docs/decisions/hashes.md.
# Sets KIT_CRYPTOPP_LIBRARY, KIT_CRYPTOPP_HEADERS, KIT_BLAKE3_SOURCES and KIT_BLAKE3_FILES.

# The static library, so that only what is used is in the program and nothing is loaded at start.
find_library(KIT_CRYPTOPP_LIBRARY NAMES libcryptopp.a libcrypto++.a cryptopp crypto++
    DOC "Crypto++: BLAKE2 of every length, Keccak")
find_path(KIT_CRYPTOPP_HEADERS cryptopp/keccak.h)
if(NOT KIT_CRYPTOPP_LIBRARY OR NOT KIT_CRYPTOPP_HEADERS)
    message(FATAL_ERROR "Crypto++ is missing: install libcrypto++-dev, or run scripts/setup")
endif()

# BLAKE3's own C and assembly, which its crate carries and Debian ships as source.
file(GLOB kit_blake3_folders "/usr/share/cargo/registry/blake3-*/c/blake3.h"
    "/usr/local/share/blake3/c/blake3.h")
if(kit_blake3_folders)
    list(GET kit_blake3_folders -1 kit_blake3_header)
    get_filename_component(kit_blake3_found "${kit_blake3_header}" DIRECTORY)
endif()
set(KIT_BLAKE3_SOURCES "${kit_blake3_found}" CACHE PATH "The c folder of the BLAKE3 sources")
if(NOT EXISTS "${KIT_BLAKE3_SOURCES}/blake3_dispatch.c")
    message(FATAL_ERROR "The BLAKE3 sources are missing: install librust-blake3-dev, run "
        "scripts/setup, or set KIT_BLAKE3_SOURCES to the c folder of a BLAKE3 release")
endif()
set(KIT_BLAKE3_FILES blake3.c blake3_dispatch.c blake3_portable.c)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64|amd64")
    # All of them: blake3_dispatch.c chooses by the processor at run time.
    enable_language(ASM)
    list(APPEND KIT_BLAKE3_FILES blake3_sse2_x86-64_unix.S blake3_sse41_x86-64_unix.S
        blake3_avx2_x86-64_unix.S blake3_avx512_x86-64_unix.S)
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64|ARM64")
    list(APPEND KIT_BLAKE3_FILES blake3_neon.c)
endif()
list(TRANSFORM KIT_BLAKE3_FILES PREPEND "${KIT_BLAKE3_SOURCES}/")
# Warnings in it are not ours to mend.
set_source_files_properties(${KIT_BLAKE3_FILES} PROPERTIES COMPILE_OPTIONS "-w;-O2")
