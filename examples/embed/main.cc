// A program with an IPFS node inside: makes a repository on first use, adds a folder, lists it,
// and reads every file of it back.
//   embed REPOSITORY FOLDER
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "base/env.h"
#include "base/result.h"
#include "node/node.h"

namespace {

using kit::Result;
using kit::node::Node;

// Opens the repository, after making it where there is none.
Result<std::unique_ptr<Node>> open_or_make(const std::string& repo) {
    if (!TRY(kit::real_env().disk.find_info(repo + "/config"))) {
        TRY(Node::init(kit::real_env(), {.repo = repo, .empty = true}, [](std::string_view) {}));
    }
    return Node::open(kit::real_env(), {.repo = repo});
}

// Counts the bytes of a file, as a program would that shows or sends them.
Result<uint64_t> read_whole(const Node& node, const kit::formats::Cid& file) {
    uint64_t size_bytes = 0;
    TRY(node.read(file, {}, [&](kit::ByteView bytes) -> Result<void> {
        size_bytes += bytes.size();
        return {};
    }));
    return size_bytes;
}

Result<void> run(const std::string& repo, const std::string& folder) {
    const auto node = TRY(open_or_make(repo));
    kit::node::AddOptions options;
    options.import.recursive = true;
    const auto added = TRY(node->add({{.name = "", .content = folder}}, options,
                                     [](const auto&) -> Result<void> { return {}; }));
    const kit::formats::Cid root = added.roots.front();
    std::printf("%s is %s\n", folder.c_str(), root.to_text().c_str());

    using kit::unixfs::EntryType;
    TRY(node->list(root, kit::unixfs::ReadChildren::yes, [&](const auto& entry) -> Result<bool> {
        if (entry.type == EntryType::file) {
            const uint64_t size_bytes = TRY(read_whole(*node, entry.cid));
            std::printf("%s: %llu bytes\n", entry.name.c_str(),
                        static_cast<unsigned long long>(size_bytes));
        }
        return true;
    }));
    return {};
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fprintf(stderr, "usage: embed REPOSITORY FOLDER\n");
        return 2;
    }
    const Result<void> done = run(argv[1], argv[2]);
    if (!done) {
        std::fprintf(stderr, "embed: %s\n", done.error().to_text().c_str());
        return 1;
    }
    return 0;
}
