#include "doors/mount/mount_point.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <limits.h>
#include <spawn.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

extern char** environ;

namespace kit::mount {
namespace {

constexpr const char* helper_name = "fusermount3";

// Runs it and waits; `channel`, where there is one, is inherited as descriptor 3.
Result<void> run_helper(std::vector<std::string> arguments, int channel) {
    std::vector<char*> argv;
    argv.reserve(arguments.size() + 1);
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    std::vector<char*> environment;
    std::string channel_text = "_FUSE_COMMFD=3";
    for (char** each = environ; *each != nullptr; ++each) environment.push_back(*each);
    environment.push_back(channel_text.data());
    environment.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    if (channel >= 0) ::posix_spawn_file_actions_adddup2(&actions, channel, 3);
    pid_t child = 0;
    const int failure =
        ::posix_spawnp(&child, helper_name, &actions, nullptr, argv.data(), environment.data());
    ::posix_spawn_file_actions_destroy(&actions);
    if (failure == ENOENT) {
        return fail(Code::unsupported,
                    "the program {} is not installed, and only root can mount without it; Debian "
                    "has it in the package fuse3",
                    helper_name);
    }
    if (failure != 0) return fail(Code::io_error, "{}: {}", helper_name, std::strerror(failure));
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
    return fail(Code::io_error, "{} failed with status {}; it says why on standard error",
                helper_name, WIFEXITED(status) ? WEXITSTATUS(status) : -1);
}

// The descriptor that the helper sends, fusermount's protocol: one byte with one right.
Result<Descriptor> receive_device(int channel) {
    std::array<char, CMSG_SPACE(sizeof(int))> control = {};
    char byte = 0;
    iovec part{&byte, 1};
    msghdr message = {};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    ssize_t size = 0;
    while ((size = ::recvmsg(channel, &message, MSG_CMSG_CLOEXEC)) < 0 && errno == EINTR) {
    }
    const cmsghdr* const right = size > 0 ? CMSG_FIRSTHDR(&message) : nullptr;
    if (right == nullptr || right->cmsg_type != SCM_RIGHTS) {
        return fail(Code::io_error, "{} gave no device", helper_name);
    }
    int device = -1;
    std::memcpy(&device, CMSG_DATA(right), sizeof(device));
    return Descriptor(device);
}

Result<Descriptor> attach_by_helper(const Path& path, const MountOptions& options) {
    int pair[2] = {-1, -1};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
        return fail(Code::io_error, "socketpair: {}", std::strerror(errno));
    }
    const Descriptor own(pair[0]);
    const Descriptor helpers(pair[1]);
    const std::string words =
        fmt::format("fsname={},nosuid,nodev{}{}", options.name, options.is_writable ? "" : ",ro",
                    options.for_all_users ? ",allow_other" : "");
    TRY(run_helper({helper_name, "-o", words, "--", path}, helpers.number()));
    return receive_device(own.number());
}

}  // namespace

Result<Path> check_mount_point(const Path& path) {
    struct stat found = {};
    int failure = ::stat(path.c_str(), &found) == 0 ? 0 : errno;
    if (failure == ENOTCONN) {
        // Whoever was mounted there has died, and nobody can use it any more.
        if (!detach(path)) {
            return fail(Code::busy,
                        "mounting {}: a daemon that has ended without unmounting was mounted "
                        "there; run '{} -u {}' and try again",
                        path, helper_name, path);
        }
        failure = ::stat(path.c_str(), &found) == 0 ? 0 : errno;
    }
    if (failure != 0) {
        return fail(failure == ENOENT ? Code::not_found : Code::io_error,
                    "mounting {}: {}; the folder must be there before", path,
                    std::strerror(failure));
    }
    if (!S_ISDIR(found.st_mode)) {
        return fail(Code::invalid_argument, "mounting {}: not a directory", path);
    }
    std::array<char, PATH_MAX> whole = {};
    if (::realpath(path.c_str(), whole.data()) == nullptr) {
        return fail(Code::io_error, "mounting {}: {}", path, std::strerror(errno));
    }
    return Path(whole.data());
}

Result<Descriptor> attach(const Path& path, const MountOptions& options) {
    Descriptor device(::open("/dev/fuse", O_RDWR | O_CLOEXEC));
    if (device.number() < 0) {
        return fail(Code::unsupported,
                    "mounting {}: /dev/fuse: {}; the kernel's module fuse gives it, and a "
                    "container needs it passed in",
                    path, std::strerror(errno));
    }
    const std::string words =
        fmt::format("fd={},rootmode=40000,user_id={},group_id={}{}", device.number(), ::getuid(),
                    ::getgid(), options.for_all_users ? ",allow_other" : "");
    const unsigned long flags = MS_NOSUID | MS_NODEV | (options.is_writable ? 0 : MS_RDONLY);
    if (::mount(options.name.c_str(), path.c_str(), "fuse.ipfs-kit", flags, words.c_str()) == 0) {
        return device;
    }
    if (errno != EPERM) {
        return fail(Code::io_error, "mounting {}: {}", path, std::strerror(errno));
    }
    device = Descriptor();
    auto helped = attach_by_helper(path, options);
    if (!helped) return fail_because(std::move(helped).error(), "mounting {}", path);
    return helped;
}

Result<void> detach(const Path& path) {
    // Whole where nobody is in it, so that the folder is free when this returns.
    if (::umount2(path.c_str(), UMOUNT_NOFOLLOW) == 0) return {};
    if (errno == EBUSY && ::umount2(path.c_str(), MNT_DETACH | UMOUNT_NOFOLLOW) == 0) return {};
    if (errno == EINVAL || errno == ENOENT) return {};  // Somebody was faster.
    if (errno != EPERM) {
        return fail(Code::io_error, "unmounting {}: {}", path, std::strerror(errno));
    }
    auto helped = run_helper({helper_name, "-u", "-z", "--", path}, -1);
    if (!helped) return fail_because(std::move(helped).error(), "unmounting {}", path);
    return {};
}

}  // namespace kit::mount
