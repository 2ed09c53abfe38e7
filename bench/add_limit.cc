// The physical limit of `add`: reads a file, hashes each 256 KiB chunk on every core, and writes
// the bytes once. Prints seconds.
//   add_limit INPUT OUTPUT
#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

namespace {

constexpr off_t step_bytes = off_t{1} << 20;
constexpr ssize_t chunk_bytes = ssize_t{1} << 18;

void hash_chunks(const unsigned char* data, ssize_t size, EVP_MD_CTX* context) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned digest_size = 0;
    for (ssize_t at = 0; at < size; at += chunk_bytes) {
        EVP_DigestInit_ex(context, EVP_sha256(), nullptr);
        EVP_DigestUpdate(context, data + at, static_cast<size_t>(std::min(chunk_bytes, size - at)));
        EVP_DigestFinal_ex(context, digest, &digest_size);
    }
}

void copy_steps(int in, int out, off_t size, std::atomic<off_t>& next) {
    std::vector<unsigned char> buffer(step_bytes);
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    for (off_t at = 0; (at = next.fetch_add(step_bytes)) < size;) {
        const ssize_t got = pread(in, buffer.data(), buffer.size(), at);
        if (got < 0) std::abort();
        hash_chunks(buffer.data(), got, context);
        if (pwrite(out, buffer.data(), static_cast<size_t>(got), at) != got) std::abort();
    }
    EVP_MD_CTX_free(context);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3) return 2;
    const auto start = std::chrono::steady_clock::now();
    const int in = open(argv[1], O_RDONLY);
    const int out = open(argv[2], O_CREAT | O_TRUNC | O_WRONLY, 0644);
    struct stat info{};
    if (in < 0 || out < 0 || fstat(in, &info) != 0) return 1;
    std::atomic<off_t> next{0};
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < std::thread::hardware_concurrency(); ++i) {
        threads.emplace_back([&] { copy_steps(in, out, info.st_size, next); });
    }
    for (std::thread& thread : threads) thread.join();
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
    std::printf("%.3f\n", taken.count());
}
