// Every CID, name and error of tests/vectors/unixfs/kubo.txt, which a real Kubo printed.
#include <charconv>

#include "unixfs/import_fixture.h"

namespace kit::unixfs::test {
namespace {

class KuboVectorsTest : public ImportFixture {
protected:
    // The same as make_tree() of tests/vectors/unixfs/generate.py.
    KuboVectorsTest() {
        const std::map<std::string, size_t> files = {{"empty", 0},     {"one", 1},
                                                     {"small", 1000},  {"chunk", 262144},
                                                     {"over", 262145}, {"large", 3000001}};
        for (const auto& [name, size] : files) write(name, content(name, size));
        write("tree/a.txt", "a");
        write("tree/b/c.txt", content("c", 300000));
        write("tree/b/.hidden", "h");
        write("tree/.folder/x", "x");
        write("tree/z.log", "z");
        write("tree/b/y.log", "y");
        EXPECT_TRUE(disk_.make_directories(at("tree/nothing/inside")));
        EXPECT_TRUE(disk_.make_symlink("a.txt", at("tree/link")));
        EXPECT_TRUE(disk_.make_symlink("b", at("tree/folder_link")));
        for (int i = 0; i < 300; ++i) {
            write("many/name" + std::to_string(i), std::to_string(i % 7));
        }
        for (int i = 0; i < 20; ++i) {
            write("many/folder" + std::to_string(i) + "/f", std::to_string(i));
        }
        EXPECT_TRUE(disk_.set_mode(at("small"), 0640));
        EXPECT_TRUE(disk_.set_mode(at("over"), 04755));
        for (const char* name : {"small", "over", "tree"}) {
            EXPECT_TRUE(disk_.set_mtime(at(name), 1234567890, 123456789));
        }
    }

    // Kubo ran inside the folder: its path must not show.
    std::string without_folder(std::string text) const {
        for (size_t found = 0; (found = text.find(folder_ + "/")) != std::string::npos;) {
            text.erase(found, folder_.size() + 1);
        }
        return text;
    }
};

int64_t number(std::string_view text, int base = 10) {
    int64_t value = 0;
    EXPECT_EQ(std::from_chars(text.begin(), text.end(), value, base).ec, std::errc()) << text;
    return value;
}

// What kubo:core/commands/add.go makes of its options.
class Arguments final {
public:
    Arguments(std::string_view line, const Path& folder) {
        while (!line.empty()) {
            const size_t end = std::min(line.find(' '), line.size());
            take(line.substr(0, end), folder);
            line.remove_prefix(std::min(end + 1, line.size()));
        }
        DagShape& shape = options.shape;
        if (shape.hash_code != 0x12 && !has_version_) shape.cid_version = 1;
        const bool has_stat =
            options.preserve_mode || options.preserve_mtime || options.mode || options.mtime;
        if (shape.cid_version > 0 && !has_stat) shape.raw_leaves = true;
    }

    ImportOptions options;
    std::vector<ImportSource> sources;

private:
    void take(std::string_view word, const Path& folder) {
        if (!word.starts_with('-')) {
            sources.push_back({.name = "", .content = join(folder, word)});
            return;
        }
        const size_t equals = std::min(word.find('='), word.size());
        const std::string value(word.substr(std::min(equals + 1, word.size())));
        EXPECT_TRUE(take_flag(word) || take_shape(word.substr(0, equals), value) ||
                    take_value(word.substr(0, equals), value))
            << word;
    }
    bool take_flag(std::string_view word) {
        const std::map<std::string_view, bool*> flags = {
            {"-r", &options.recursive},
            {"-w", &options.wrap},
            {"-H", &options.hidden},
            {"--trickle", &options.shape.trickle},
            {"--raw-leaves", &options.shape.raw_leaves},
            {"--inline", &options.shape.inline_blocks},
            {"--preserve-mode", &options.preserve_mode},
            {"--preserve-mtime", &options.preserve_mtime},
            {"--dereference-args", &options.dereference_arguments},
            {"--dereference-symlinks", &options.dereference_symlinks}};
        const auto flag = flags.find(word);
        if (flag != flags.end()) *flag->second = true;
        return flag != flags.end();
    }
    bool take_shape(std::string_view name, const std::string& value) {
        DagShape& shape = options.shape;
        const std::map<std::string_view, uint32_t*> numbers = {
            {"--max-file-links", &shape.file_links_max},
            {"--max-directory-links", &shape.directory_links_max},
            {"--max-hamt-fanout", &shape.hamt_fanout},
            {"--inline-limit", &shape.inline_size_bytes_max}};
        if (const auto found = numbers.find(name); found != numbers.end()) {
            *found->second = static_cast<uint32_t>(number(value));
        } else if (name == "--chunker") {
            shape.chunker = value;
        } else if (name == "--cid-version") {
            shape.cid_version = static_cast<int>(number(value));
            has_version_ = true;
        } else if (name == "--hash") {
            const auto hash = formats::find_hash(std::string_view(value));
            shape.hash_code = hash ? hash->code : 0;
            EXPECT_TRUE(hash) << value;
        } else {
            return false;
        }
        return true;
    }
    bool take_value(std::string_view name, const std::string& value) {
        if (name == "--ignore") {
            options.ignore.push_back(value);
        } else if (name == "--empty-dirs") {
            options.empty_directories = false;
        } else if (name == "--mode") {
            options.mode = static_cast<uint32_t>(number(value, 8));
        } else if (name == "--mtime") {
            options.mtime = Mtime{.seconds = number(value)};
        } else if (name == "--mtime-nsecs") {
            options.mtime->nanoseconds = static_cast<uint32_t>(number(value));
        } else {
            return false;
        }
        return true;
    }

    bool has_version_ = false;
};

TEST_F(KuboVectorsTest, EveryImportGivesWhatKuboGave) {
    const Bytes file = *read_file(disk_, KIT_SOURCE_DIR "/tests/vectors/unixfs/kubo.txt");
    std::string_view rest = as_text(file);
    size_t case_count = 0;
    while (rest.starts_with("> ")) {
        const size_t line_end = rest.find('\n');
        const std::string_view line = rest.substr(2, line_end - 2);
        const size_t end = std::min(rest.find("\n> "), rest.size() - 1);
        std::string expected(rest.substr(line_end + 1, end - line_end));
        rest.remove_prefix(end + 1);
        ++case_count;
        for (const size_t thread_count : {1U, 3U}) {
            Arguments arguments(line, folder_);
            arguments.options.thread_count = thread_count;
            EXPECT_EQ(without_folder(add(arguments.sources, arguments.options)), expected) << line;
        }
    }
    EXPECT_EQ(case_count, 144U);
}

}  // namespace
}  // namespace kit::unixfs::test
