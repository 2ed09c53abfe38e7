# cmake -D ROOM=web -D OUT=page_files.cc -D "FILES=a;b" -P embed.cmake: writes a source that holds
# the files as kit::ROOM::page_files(), which doors/ROOM/page_files.h declares. CMake alone does
# it, so that building needs no other program.
set(arrays "")
set(rows "")
set(index 0)
foreach(file IN LISTS FILES)
    get_filename_component(name "${file}" NAME)
    file(READ "${file}" bytes HEX)
    file(SHA256 "${file}" sum)
    string(SUBSTRING "${sum}" 0 32 tag)
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
    string(APPEND arrays "constexpr unsigned char file_${index}[] = {${bytes}};\n")
    string(APPEND rows "    {\"${name}\", \"\\\"${tag}\\\"\", file_${index}},\n")
    math(EXPR index "${index} + 1")
endforeach()
file(WRITE "${OUT}" "// Made by doors/web/embed.cmake from doors/${ROOM}/page.
#include \"doors/${ROOM}/page_files.h\"

namespace kit::${ROOM} {
namespace {
${arrays}
constexpr kit::web::PageFile files[] = {
${rows}};
}  // namespace

std::span<const kit::web::PageFile> page_files() { return files; }

}  // namespace kit::${ROOM}
")
