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

Command key_command() {
    return group("key", "Look after the node's keys.",
                 "What is published under a name is signed by its key. The key \"self\" is the "
                 "node's own.");
}

Command multibase_command() {
    return group("multibase", "Encode and decode data with multibase.",
                 "Text whose first character says how the rest is to be read.");
}

Command name_command() {
    return group("name", "Publish under names, and follow them.",
                 "A name is a key's id and leads to what its owner says; a domain can do the same "
                 "by a DNSLink.");
}

Command name_pubsub_command() {
    return group("name/pubsub", "Follow names by pubsub.",
                 "Experimental, and not enabled in this node.");
}

Command pin_command() {
    return group("pin", "Say what is kept.", "What is pinned is never collected.");
}

Command repo_command() {
    return group("repo", "Look after the repository.",
                 "Collect what nothing needs, count, verify and list what is stored.");
}

Command routing_command() {
    return group("routing", "Ask what is known about keys and peers.",
                 "Without a network that is the IPNS records that are held here.");
}

}  // namespace kit::commands
