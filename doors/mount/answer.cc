#include "doors/mount/answer.h"

#include <cerrno>

namespace kit::mount {

int errno_of(Code code) {
    switch (code) {
        case Code::invalid_argument:
            return EINVAL;
        case Code::not_found:
            return ENOENT;
        case Code::already_exists:
            return EEXIST;
        case Code::too_large:
            return EFBIG;
        case Code::unsupported:
            return ENOTSUP;
        case Code::permission_denied:
            return EACCES;
        case Code::storage_full:
            return ENOSPC;
        case Code::busy:
            return EBUSY;
        case Code::cancelled:
            return EINTR;
        case Code::timeout:
            return ETIMEDOUT;
        case Code::offline:
            return ENETUNREACH;
        case Code::corrupt:
        case Code::io_error:
        case Code::internal:
            return EIO;
    }
    return EIO;
}

}  // namespace kit::mount
