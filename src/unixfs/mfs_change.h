// The blocks of one change to the mutable tree: under a lease from its beginning, put in batches.
#pragma once

#include "unixfs/mfs.h"

namespace kit::unixfs {

// One thread. In a process that only reads, blocks stay in memory.
class Mfs::Change final {
public:
    explicit Change(Mfs& mfs) : mfs_(mfs), batch_(target_) {
        put_.is_data_first = mfs.options_.is_data_first;
        if (mfs.options_.is_writable) {
            lease_ = mfs.store_.lease();
            target_.store = &mfs.store_;
            target_.lease = lease_.get();
            put_.put = [this](const formats::Cid& cid, Bytes block) {
                return batch_.add(cid, std::move(block));
            };
        } else {
            put_.put = [this](const formats::Cid& cid, Bytes block) -> Result<void> {
                mfs_.overlay_.blocks.emplace(cid, SharedBytes::from(std::move(block)));
                return {};
            };
        }
    }
    Change(const Change&) = delete;
    Change& operator=(const Change&) = delete;

    const PutBlock& put() const { return put_; }
    // What was put is found from here on.
    Result<void> settle() { return batch_.put(); }

private:
    Mfs& mfs_;
    std::unique_ptr<blocks::Lease> lease_;
    BlockTarget target_;
    BlockBatch batch_;
    PutBlock put_;
};

}  // namespace kit::unixfs
