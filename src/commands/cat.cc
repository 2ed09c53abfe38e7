// cat: the bytes of files.
#include <algorithm>

#include "commands/makers.h"
#include "commands/stores.h"

namespace kit::commands {
namespace {

struct Range {
    uint64_t offset_bytes;
    uint64_t length_bytes_max;
};

Result<Range> range_of(const Request& request) {
    const int64_t offset = request.integer("offset");
    if (offset < 0) return fail(Code::invalid_argument, "cannot specify negative offset");
    const int64_t length = request.integer("length");
    if (length < 0) return fail(Code::invalid_argument, "cannot specify negative length");
    return Range{static_cast<uint64_t>(offset),
                 request.given("length") ? static_cast<uint64_t>(length) : UINT64_MAX};
}

// The files one after the other are one stream, which offset and length cut from.
Result<void> run(Context& context, const Request& request, Sink& sink) {
    Range range = TRY(range_of(request));
    struct Part {
        formats::Cid cid;
        Range range;
    };
    std::vector<Part> parts;
    uint64_t all_bytes = 0;
    for (const std::string& argument : request.arguments) {
        if (range.length_bytes_max == 0) break;
        formats::Cid cid = TRY(context.node->resolve_to_cid(argument));
        const unixfs::NodeInfo info = TRY(context.node->info_of_file(cid));
        if (range.offset_bytes >= info.file_size_bytes && range.offset_bytes > 0) {
            range.offset_bytes -= info.file_size_bytes;
            continue;
        }
        const uint64_t size_bytes =
            std::min(info.file_size_bytes - range.offset_bytes, range.length_bytes_max);
        parts.push_back({std::move(cid), {range.offset_bytes, size_bytes}});
        all_bytes += size_bytes;
        range.offset_bytes = 0;
        if (range.length_bytes_max != UINT64_MAX) range.length_bytes_max -= size_bytes;
    }
    sink.expect_bytes(all_bytes);
    uint64_t done_bytes = 0;
    for (const Part& part : parts) {
        TRY(context.node->read(part.cid,
                               {.offset_bytes = part.range.offset_bytes,
                                .length_bytes_max = part.range.length_bytes_max},
                               [&](ByteView bytes) -> Result<void> {
                                   TRY(sink.bytes(bytes));
                                   done_bytes += bytes.size();
                                   sink.progress(done_bytes, all_bytes);
                                   return {};
                               }));
    }
    return {};
}

}  // namespace

Command cat_command() {
    return {
        .path = "cat",
        .tagline = "Write the bytes of files to standard output.",
        .description =
            "Several files are written one after the other; --offset and --length count over all "
            "of them.",
        .examples = {{"cat CID > file", "A file's content."},
                     {"cat --offset=1000 --length=10 CID/notes.txt", "Ten bytes of it."}},
        .arguments = {{.name = "ipfs-path",
                       .variadic = true,
                       .stdin_allowed = true,
                       .help = "The files, one after the other."}},
        .options = {{{"offset", "o"}, OptionType::integer64, {}, "Begin at this byte."},
                    {{"length", "l"}, OptionType::integer64, {}, "Write at most so many bytes."},
                    progress_option()},
        .needs = Needs::read_store,
        .gives = Gives::bytes,
        .run = run};
}

}  // namespace kit::commands
