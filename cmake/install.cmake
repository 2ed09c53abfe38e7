# `cmake --install` puts the program, the rooms as static libraries with their headers, and a
# package for find_package(ipfs-kit) into the prefix. commands and doors are no library.
include(CMakePackageConfigHelpers)

set(kit_installed kit_options kit_warnings)
foreach(room IN LISTS KIT_ROOMS)
    if(NOT KIT_ROOM_${room}_FOLDER MATCHES "^src/" OR room STREQUAL "commands")
        continue()
    endif()
    if(TARGET kit_${room})
        list(APPEND kit_installed kit_${room})
        install(DIRECTORY "${CMAKE_SOURCE_DIR}/${KIT_ROOM_${room}_FOLDER}"
            DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/ipfs-kit"
            FILES_MATCHING PATTERN "*.h" PATTERN "test_*.h" EXCLUDE PATTERN "*_test_*.h" EXCLUDE)
    endif()
endforeach()
if(TARGET kit_shim)
    install(FILES "$<TARGET_PROPERTY:kit_shim,IMPORTED_LOCATION>"
        DESTINATION "${CMAKE_INSTALL_LIBDIR}" RENAME libkit_shim.a)
endif()
install(TARGETS ${kit_installed} EXPORT ipfs-kit-targets)
install(EXPORT ipfs-kit-targets NAMESPACE ipfs-kit::
    DESTINATION "${CMAKE_INSTALL_LIBDIR}/cmake/ipfs-kit")

configure_package_config_file("${CMAKE_CURRENT_LIST_DIR}/ipfs-kit-config.cmake.in"
    "${CMAKE_BINARY_DIR}/ipfs-kit-config.cmake"
    INSTALL_DESTINATION "${CMAKE_INSTALL_LIBDIR}/cmake/ipfs-kit")
write_basic_package_version_file("${CMAKE_BINARY_DIR}/ipfs-kit-config-version.cmake"
    COMPATIBILITY SameMinorVersion)
install(FILES "${CMAKE_BINARY_DIR}/ipfs-kit-config.cmake"
    "${CMAKE_BINARY_DIR}/ipfs-kit-config-version.cmake"
    DESTINATION "${CMAKE_INSTALL_LIBDIR}/cmake/ipfs-kit")

if(TARGET ipfs-kit)
    install(TARGETS ipfs-kit)
endif()
install(FILES LICENSE LICENSE-APACHE LICENSE-MIT README.md DESTINATION "${CMAKE_INSTALL_DOCDIR}")
