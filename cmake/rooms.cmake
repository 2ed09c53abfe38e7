# Makes the targets of the house from rooms.txt: kit_<room>, linked to the rooms that it may use,
# and <room>_test from the tests that lie beside the sources.
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/rooms.txt")
file(STRINGS "${CMAKE_SOURCE_DIR}/rooms.txt" kit_room_lines REGEX "^[a-z]")
set(KIT_ROOMS "")
foreach(line IN LISTS kit_room_lines)
    string(REGEX MATCH "^([a-z0-9_]+) +([a-z0-9_/]+) *:(.*)$" matched "${line}")
    if(NOT matched)
        message(FATAL_ERROR "rooms.txt: cannot read the line: ${line}")
    endif()
    set(room "${CMAKE_MATCH_1}")
    list(APPEND KIT_ROOMS "${room}")
    set(KIT_ROOM_${room}_FOLDER "${CMAKE_MATCH_2}")
    string(REGEX MATCHALL "[a-z0-9_]+" KIT_ROOM_${room}_USES "${CMAKE_MATCH_3}")
endforeach()

# kit_room(<name> SOURCES ... [TESTS ...] [LIBRARIES ...] [PRIVATE_LIBRARIES ...])
# LIBRARIES show in the room's headers; PRIVATE_LIBRARIES only in its sources.
function(kit_room name)
    cmake_parse_arguments(PARSE_ARGV 1 ARG "" "" "SOURCES;TESTS;LIBRARIES;PRIVATE_LIBRARIES")
    if(NOT name IN_LIST KIT_ROOMS)
        message(FATAL_ERROR "rooms.txt has no room ${name}")
    endif()
    add_library(kit_${name} STATIC ${ARG_SOURCES})
    set_target_properties(kit_${name} PROPERTIES EXPORT_NAME ${name} POSITION_INDEPENDENT_CODE ON)
    target_link_libraries(kit_${name} PUBLIC kit_options ${ARG_LIBRARIES}
        PRIVATE kit_warnings ${ARG_PRIVATE_LIBRARIES})
    foreach(used IN LISTS KIT_ROOM_${name}_USES)
        # A room that is not there yet has only headers; those above were added before this one.
        if(TARGET kit_${used})
            target_link_libraries(kit_${name} PUBLIC kit_${used})
        endif()
    endforeach()
    if(KIT_TESTS AND ARG_TESTS)
        add_executable(${name}_test ${ARG_TESTS})
        target_link_libraries(${name}_test PRIVATE
            kit_${name} kit_warnings GTest::gtest GTest::gtest_main)
        target_compile_definitions(${name}_test PRIVATE KIT_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
        gtest_discover_tests(${name}_test TEST_PREFIX "${name}." DISCOVERY_TIMEOUT 120
            PROPERTIES TIMEOUT 600)
    endif()
endfunction()
