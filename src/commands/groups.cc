// The groups: what stands above their commands.
#include "commands/makers.h"

namespace kit::commands {
namespace {

Command group(const char* path, const char* tagline, const char* description) {
    return {.path = path, .tagline = tagline, .description = description};
}

}  // namespace

Command block_command() {
    return group("block", "Work with single blocks.",
                 "Blocks are the bytes that everything else is made of, each named by its CID.");
}

Command cid_command() {
    return group("cid", "Convert CIDs and show what is in them.",
                 "None of these needs a repository.");
}

Command dag_command() {
    return group(
        "dag", "Work with structured content and whole DAGs.",
        "Values are stored as blocks that may link to others; CAR files carry whole DAGs.");
}

Command filestore_command() {
    return group("filestore", "Work with blocks that lie in your own files.",
                 "They are made by 'add --nocopy', which needs Experimental.FilestoreEnabled.");
}

Command multibase_command() {
    return group("multibase", "Encode and decode data with multibase.",
                 "Text whose first character says how the rest is to be read.");
}

Command pin_command() {
    return group("pin", "Say what is kept.", "What is pinned is never collected.");
}

Command repo_command() {
    return group("repo", "Look after the repository.",
                 "Collect what nothing needs, count, verify and list what is stored.");
}

}  // namespace kit::commands
