// Runs a fuzz target without libFuzzer: over every file of the folders given, over each file cut
// short, and over each file with bytes changed by a fixed generator. The same inputs every time,
// so a failure is repeated by running it again; the input at fault is written to crash-input.
#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

using Input = std::vector<uint8_t>;

constexpr size_t mutated_size_bytes_max = size_t{64} << 10;  // Larger files run only as they are.
constexpr size_t cuts_per_file = 64;
constexpr size_t changes_per_file = 256;

const Input* running = nullptr;

// Keeps the input for whoever has to look at it. Writing a file here is not safe in theory, and
// the process is lost anyway.
void keep_input(int signal) {
    if (running != nullptr) {
        std::ofstream("crash-input", std::ios::binary)
            .write(reinterpret_cast<const char*>(running->data()),
                   static_cast<std::streamsize>(running->size()));
        std::fputs("replay: the input at fault is in crash-input\n", stderr);
    }
    std::signal(signal, SIG_DFL);
    std::raise(signal);
}

void run(const Input& input) {
    running = &input;
    LLVMFuzzerTestOneInput(input.data(), input.size());
    running = nullptr;
}

// splitmix64: small, and the same everywhere.
class Generator final {
public:
    explicit Generator(uint64_t seed) : state_(seed) {}
    uint64_t below(uint64_t bound) {
        uint64_t z = (state_ += 0x9e3779b97f4a7c15);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return (z ^ (z >> 31)) % bound;
    }

private:
    uint64_t state_;
};

void run_with_mutations(const Input& input) {
    run(input);
    if (input.empty() || input.size() > mutated_size_bytes_max) return;
    const size_t step = std::max<size_t>(1, input.size() / cuts_per_file);
    for (size_t size = 0; size < input.size(); size += step) {
        run(Input(input.begin(), input.begin() + static_cast<std::ptrdiff_t>(size)));
    }
    Generator generator(input.size());
    for (size_t i = 0; i < changes_per_file; ++i) {
        Input changed = input;
        for (uint64_t edits = 1 + generator.below(4); edits > 0; --edits) {
            changed[generator.below(changed.size())] = static_cast<uint8_t>(generator.below(256));
        }
        run(changed);
    }
}

// The files in the folder, sorted so that every run is the same.
std::vector<std::string> files_in(const std::string& folder) {
    std::vector<std::string> paths;
    std::error_code error;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder, error)) {
        if (entry.is_regular_file(error)) paths.push_back(entry.path().string());
    }
    std::sort(paths.begin(), paths.end());
    return paths;
}

}  // namespace

int main(int argc, char** argv) {
    for (const int signal : {SIGSEGV, SIGABRT, SIGFPE, SIGILL, SIGBUS}) {
        std::signal(signal, keep_input);
    }
    size_t files_count = 0;
    for (int i = 1; i < argc; ++i) {
        for (const std::string& path : files_in(argv[i])) {
            std::ifstream file(path, std::ios::binary);
            run_with_mutations(Input(std::istreambuf_iterator<char>(file), {}));
            ++files_count;
        }
    }
    std::printf("%zu files\n", files_count);
    if (files_count == 0) std::fputs("replay: there is no corpus to run\n", stderr);
    return files_count == 0 ? 1 : 0;
}
