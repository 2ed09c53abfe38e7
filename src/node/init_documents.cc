#include "node/init_documents.h"

#include <array>

namespace kit::node {
namespace {

constexpr std::string_view readme_text = R"(Hello and welcome to ipfs-kit!

You are reading this file from your own repository: it was cut into blocks, each
block is named by the hash of its bytes, and the name that you typed is enough to
find them and to prove that they are right.

Files beside this one:

    quick-start     what to type next
    help            where to look when something does not work
    security-notes  what to know before you share anything

    ipfs-kit cat /ipfs/<the CID that you typed>/quick-start
)";

constexpr std::string_view quick_start_text = R"(Put something in:

    echo "hello world" > hello
    ipfs-kit add hello                      a file
    ipfs-kit add -r photos                  a folder
    ipfs-kit add --cid-version=1 hello      with a CID of version 1

Look at it:

    ipfs-kit ls <cid>
    ipfs-kit cat <cid>/hello
    ipfs-kit get <cid> -o copy-of-photos

Keep it, or let it go:

    ipfs-kit pin ls --type=recursive
    ipfs-kit pin rm <cid>
    ipfs-kit repo gc

Take it elsewhere, as one file that any IPFS program reads:

    ipfs-kit dag export <cid> > photos.car
    ipfs-kit dag import photos.car

Every command explains itself with --help.
)";

constexpr std::string_view help_text = R"(ipfs-kit --help              the commands
ipfs-kit <command> --help    one of them, with its options and examples
ipfs-kit repo verify         whether every block still is what its name says
ipfs-kit repo stat           how much there is
ipfs-kit version --all       what to say when you report a problem
)";

constexpr std::string_view security_text =
    R"(What is added here is not encrypted. Who knows a CID and can reach a node that has
the content can read it: encrypt what is private before you add it.

A CID says nothing about who made the content; it only says that nobody changed it.

The file config in the repository holds this node's private key. Keep it to yourself.
)";

constexpr std::array documents = {
    InitDocument{"help", help_text},
    InitDocument{"quick-start", quick_start_text},
    InitDocument{"readme", readme_text},
    InitDocument{"security-notes", security_text},
};

}  // namespace

std::span<const InitDocument> init_documents() {
    return documents;
}

}  // namespace kit::node
