#include "dag/path_resolve.h"

#include <charconv>

#include "base/go_text.h"
#include "dag/reach.h"

namespace kit::dag {
namespace {

using formats::Cid;
using formats::Ipld;

std::unexpected<Error> no_link(std::string_view name, const Cid& under) {
    return fail(Code::not_found, "no link named {} under {}", go_quote(name), under.to_text());
}

// go-ipld-prime's names of the kinds that have no inside.
std::string_view kind_name(const Ipld& value) {
    constexpr std::string_view names[] = {"null",  "bool", "int", "float", "string",
                                          "bytes", "list", "map", "link"};
    return names[value.value.index()];
}

std::unexpected<Error> no_inside(std::string_view kind) {
    return fail(Code::not_found,
                "func called on wrong kind: \"LookupBySegment\" called on a {} node (kind: {}), "
                "but only makes sense on map or list",
                kind, kind);
}

// One step into a value; the errors are those of the last segment of a path.
Result<const Ipld*> step_into(const Ipld& value, std::string_view segment) {
    if (const auto* map = std::get_if<Ipld::Map>(&value.value)) {
        for (const auto& [key, inner] : *map) {
            if (key == segment) return &inner;
        }
        return fail(Code::not_found, "key not found: {}", go_quote(segment));
    }
    const auto* list = std::get_if<Ipld::List>(&value.value);
    if (list == nullptr) return no_inside(kind_name(value));
    int64_t index = 0;
    const auto [rest, status] =
        std::from_chars(segment.data(), segment.data() + segment.size(), index);
    if (rest != segment.data() + segment.size() || status != std::errc()) {
        return fail(Code::invalid_argument,
                    "invalid segment for lookup on a list: {}: strconv.ParseInt: parsing {}: "
                    "invalid syntax",
                    go_quote(segment), go_quote(segment));
    }
    if (index < 0 || static_cast<uint64_t>(index) >= list->size()) {
        return fail(Code::not_found, "key not found: {}", go_quote(segment));
    }
    return &(*list)[static_cast<size_t>(index)];
}

class Resolver final {
public:
    Resolver(const blocks::Source& source, const ContentPath& path, const NameLookup& names)
        : source_(source),
          segments_(path.segments),
          is_data_(path.space == ContentPath::Space::ipld),
          names_(names),
          cid_(path.root) {}

    Result<Resolved> run() {
        while (next_ < segments_.size()) {
            if (cid_.is(formats::Codec::dag_pb) && !is_data_) {
                TRY(follow_name());
                continue;
            }
            const bool is_inside = TRY(follow_data());
            if (is_inside) {
                return Resolved{cid_, {segments_.begin() + start_, segments_.end()}};
            }
        }
        return Resolved{cid_, {}};
    }

private:
    Result<void> follow_name() {
        const auto entry = TRY(names_.find_entry(source_, cid_, segments_[next_]));
        if (!entry) return no_link(segments_[next_], cid_);
        cid_ = *entry;
        ++next_;
        return {};
    }

    // Walks inside the block to its end or to a link out of it. True when the path ends inside.
    Result<bool> follow_data() {
        const SharedBytes body = TRY(source_.get(cid_));
        const Ipld root = TRY(formats::decode_ipld(cid_.codec(), body.view()));
        const Ipld* value = &root;
        start_ = static_cast<ptrdiff_t>(next_);
        while (next_ < segments_.size()) {
            const bool is_last = next_ + 1 == segments_.size();
            const bool is_field = cid_.is(formats::Codec::dag_pb) && value == &root;
            auto inner = step_into(*value, segments_[next_]);
            if (!inner && (!is_last || is_field)) return no_link(segments_[next_], cid_);
            value = TRY(std::move(inner));
            ++next_;
            if (const auto* link = std::get_if<Cid>(&value->value)) {
                const Cid target = *link;  // `root` goes with this block.
                cid_ = target;
                return false;
            }
        }
        return true;
    }

    const blocks::Source& source_;
    const std::vector<std::string>& segments_;
    const bool is_data_;
    const NameLookup& names_;
    Cid cid_;
    size_t next_ = 0;      // The segment to follow.
    ptrdiff_t start_ = 0;  // The first one inside the block reached.
};

}  // namespace

Result<Resolved> resolve_path(const blocks::Source& source, const ContentPath& path,
                              const NameLookup& names) {
    if (path.space == ContentPath::Space::ipns) {
        return fail(Code::offline,
                    "cannot resolve {}: names need the network, and this node has none",
                    path.to_text());
    }
    Resolver resolver(source, path, names);
    return resolver.run();
}

Result<const Ipld*> find_in_value(const Ipld& value, const std::vector<std::string>& segments) {
    const Ipld* inner = &value;
    for (const std::string& segment : segments) inner = TRY(step_into(*inner, segment));
    return inner;
}

}  // namespace kit::dag
