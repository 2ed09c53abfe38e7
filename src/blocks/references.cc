#include "blocks/references.h"

#include <algorithm>

#include "base/limits.h"
#include "blocks/store_impl.h"
#include "formats/varint.h"

namespace kit::blocks {

using formats::Cid;

std::string encode_reference(const Reference& reference) {
    Bytes out;
    formats::append_varint(out, reference.cid.bytes().size());
    append(out, reference.cid.bytes());
    formats::append_varint(out, reference.range.offset_bytes);
    formats::append_varint(out, reference.range.size_bytes);
    append(out, as_bytes(reference.range.path));
    return std::string(as_text(out));
}

Result<Reference> decode_reference(std::string_view value) {
    ByteView rest = as_bytes(value);
    const auto number = [&]() -> Result<uint64_t> {
        const formats::Varint read = TRY(formats::read_varint(rest));
        rest = rest.subspan(read.size_bytes);
        return read.value;
    };
    const auto decode = [&]() -> Result<Reference> {
        Reference reference;
        const uint64_t cid_size = TRY(number());
        if (cid_size > rest.size()) return fail(Code::corrupt, "it is too short");
        reference.cid = TRY(Cid::from_bytes(rest.first(cid_size)));
        rest = rest.subspan(cid_size);
        reference.range.offset_bytes = TRY(number());
        reference.range.size_bytes = TRY(number());
        reference.range.path = as_text(rest);
        return reference;
    };
    auto decoded = decode();
    if (!decoded) {
        return fail(Code::corrupt, "the filestore holds a record that cannot be read: {}",
                    decoded.error().message);
    }
    return decoded;
}

namespace {

Result<SharedBytes> read_range(Disk& disk, const Store::FileRange& range) {
    if (range.size_bytes > limits::block_size_bytes_max) {
        return fail(Code::corrupt, "the filestore's record asks for {} bytes", range.size_bytes);
    }
    const auto file = disk.open(range.path, OpenMode::read);
    if (!file) return std::unexpected(file.error());
    auto owner = std::make_shared_for_overwrite<uint8_t[]>(range.size_bytes);
    const std::span<uint8_t> out(owner.get(), range.size_bytes);
    const size_t n = TRY((*file)->read_at(range.offset_bytes, out));
    return SharedBytes(std::move(owner), out.first(n));
}

}  // namespace

Result<void> StoreImpl::put_reference(Lease& lease, const Cid& cid, const FileRange& range) {
    TRY(expect_writable());
    if (cid.hash().is_identity()) return {};
    if (!range.path.starts_with('/')) {
        return fail(Code::invalid_argument, "{} is no absolute path", range.path);
    }
    // Taken together with the look-up, as in put(): a collection sees it met or removes it first.
    std::shared_lock removal(removal_mutex_);
    static_cast<LeaseImpl&>(lease).meet(cid.hash());
    const auto held = TRY(index_->find(cid.hash()));
    if (held) return {};
    WriteBatch batch;
    batch.put(Table::filestore, as_text(cid.hash().bytes()), encode_reference({cid, range}));
    return database_->write(batch, options_.durability);
}

Result<bool> StoreImpl::remove_reference(const Cid& cid) {
    TRY(expect_writable());
    const std::string_view key = as_text(cid.hash().bytes());
    std::unique_lock removal(removal_mutex_);
    const auto held = TRY(database_->find(Table::filestore, key));
    if (!held) return false;
    WriteBatch batch;
    batch.remove(Table::filestore, key);
    TRY(database_->write(batch, options_.durability));
    return true;
}

Result<void> StoreImpl::each_reference(
    const std::function<Result<bool>(const Cid&, const FileRange&)>& visit) const {
    return database_->scan(Table::filestore, {}, {},
                           [&](std::string_view, std::string_view value) -> Result<bool> {
                               const Reference reference = TRY(decode_reference(value));
                               return visit(reference.cid, reference.range);
                           });
}

Result<std::optional<SharedBytes>> StoreImpl::find_referenced(const Cid& cid) const {
    const auto value = TRY(database_->find(Table::filestore, as_text(cid.hash().bytes())));
    if (!value) return std::nullopt;
    const FileRange range = TRY(decode_reference(*value)).range;
    auto bytes = read_range(env_.disk, range);
    if (!bytes) {
        return std::unexpected(Error{
            Code::corrupt,
            fmt::format("block {} lies in {}, which cannot be read", cid.to_text(), range.path),
            std::make_shared<const Error>(std::move(bytes).error())});
    }
    const bool matches = TRY(formats::matches(cid.hash(), bytes->view()));
    if (!matches) {
        return fail(Code::corrupt, "block {} lies in {} at byte {}, and that file has changed",
                    cid.to_text(), range.path, range.offset_bytes);
    }
    return std::optional(*std::move(bytes));
}

Result<std::optional<uint64_t>> StoreImpl::find_referenced_size(const Cid& cid) const {
    const auto value = TRY(database_->find(Table::filestore, as_text(cid.hash().bytes())));
    if (!value) return std::nullopt;
    return TRY(decode_reference(*value)).range.size_bytes;
}

}  // namespace kit::blocks
