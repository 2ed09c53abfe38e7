// A denylist says the same however its file is cut into pieces, and whoever is asked about names
// nothing that can crash it.
#include <string>
#include <vector>

#include "base/result.h"
#include "dag/path.h"
#include "naming/denylist.h"

using namespace kit;
using naming::Denylist;

namespace {

struct Outcome {
    Result<void> read;
    std::vector<std::string> bad_lines;
};

Outcome read(Denylist& list, std::string_view text, size_t piece_size) {
    Outcome outcome;
    do {
        const std::string_view piece = text.substr(0, piece_size);
        text.remove_prefix(piece.size());
        outcome.read = list.read(piece, text.empty(), [&](uint64_t line, const std::string& why) {
            outcome.bad_lines.push_back(std::to_string(line) + why);
        });
    } while (!text.empty());
    return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const std::string_view text = as_text(ByteView(data, size));
    Denylist whole;
    Denylist pieces;
    const Outcome first = read(whole, text, size + 1);
    const Outcome second = read(pieces, text, 7);
    ASSERT(first.read.has_value() == second.read.has_value());
    ASSERT(first.bad_lines == second.bad_lines);
    ASSERT(whole.rule_count() == pieces.rule_count());
    // The rules themselves are the paths that are asked about.
    size_t start = 0;
    while (start < text.size()) {
        const size_t end = std::min(text.find('\n', start), text.size());
        const auto path = dag::ContentPath::from_text(text.substr(start, end - start));
        start = end + 1;
        if (!path) continue;
        ASSERT(whole.judge(*path) == pieces.judge(*path));
        if (!path->is_mutable()) ASSERT(whole.judge(path->root) == pieces.judge(path->root));
    }
    return 0;
}
