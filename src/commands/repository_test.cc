// init, config and id against a real repository in a folder of its own.
#include <gtest/gtest.h>
#include <stdlib.h>
#include <nlohmann/json.hpp>

#include "commands/command.h"

namespace kit::commands {
namespace {

class RecordingSink final : public Sink {
public:
    Result<void> record(const Json& record) override {
        records_.push_back(record);
        return {};
    }
    Result<void> bytes(ByteView bytes) override {
        text_ += as_text(bytes);
        return {};
    }
    void expect_bytes(uint64_t) override {}
    void progress(uint64_t, uint64_t) override {}
    void note(std::string_view sentence) override { text_.append(sentence) += '\n'; }

    std::vector<Json> records_;
    std::string text_;
};

class RepositoryTest : public testing::Test {
protected:
    RepositoryTest() {
        std::string pattern = testing::TempDir() + "kit-commands-XXXXXX";
        folder_ = ::mkdtemp(pattern.data());
    }
    ~RepositoryTest() override { EXPECT_TRUE(env_.disk.remove_all(folder_).has_value()); }

    // What the command prints as text; or "Error: " and why it failed.
    std::string run(std::string_view path, std::vector<std::string> arguments = {},
                    const std::vector<std::pair<std::string, OptionValue>>& options = {}) {
        const Command command = find_command(path)->make();
        Request request;
        request.arguments = std::move(arguments);
        for (const Option& option : command.options) {
            if (option.preset) request.set(option.names.front(), *option.preset, false);
        }
        for (const auto& [name, value] : options) request.set(name, value, true);
        Context context{.env = env_, .repo = folder_ + "/repo", .working_directory = folder_};
        RecordingSink sink;
        const auto done = command.run(context, request, sink);
        std::string text = sink.text_;
        for (const Json& record : sink.records_) {
            if (command.print) {
                command.print(record, request, text);
            } else {
                text += record.dump() + "\n";
            }
        }
        if (!done) text += "Error: " + done.error().to_text();
        return text;
    }
    void init() {
        const std::string text = run("init", {}, {{"empty-repo", true}});
        ASSERT_EQ(text.find("Error"), std::string::npos) << text;
    }

    Env& env_ = real_env();
    std::string folder_;
};

TEST_F(RepositoryTest, InitMakesANodeThatKnowsItself) {
    init();
    const std::string id = run("id", {}, {{"format", std::string("<id>\\n")}});
    EXPECT_EQ(id.substr(0, 8), "12D3KooW");
    EXPECT_EQ(run("config", {"Identity.PeerID"}), id);
}

TEST_F(RepositoryTest, InitLeavesARepositoryAlone) {
    init();
    const std::string before = run("config", {"Identity.PeerID"});
    EXPECT_NE(run("init").find("Error: ipfs configuration file already exists!"),
              std::string::npos);
    EXPECT_EQ(run("config", {"Identity.PeerID"}), before);
}

TEST_F(RepositoryTest, InitTakesAProfileAndAnAlgorithm) {
    const std::string text = run("init", {},
                                 {{"profile", std::string("unixfs-v1-2025")},
                                  {"algorithm", std::string("rsa")},
                                  {"bits", int64_t{2048}},
                                  {"empty-repo", true}});
    EXPECT_FALSE(text.starts_with("Error")) << text;
    EXPECT_EQ(run("config", {"Import.UnixFSChunker"}), "size-1048576\n");
    EXPECT_EQ(run("id", {}, {{"format", std::string("<id>")}}).substr(0, 2), "Qm");
}

TEST_F(RepositoryTest, ConfigKeepsWhatItIsTold) {
    init();
    EXPECT_EQ(run("config", {"Import.UnixFSChunker", "size-1000"}), "");
    EXPECT_EQ(run("config", {"Import.UnixFSChunker"}), "size-1000\n");
    EXPECT_EQ(run("config", {"Import.CidVersion", "1"}, {{"json", true}}), "");
    EXPECT_EQ(run("config", {"Import.CidVersion"}), "1\n");
}

TEST_F(RepositoryTest, ConfigKeepsTheKeyToItself) {
    init();
    EXPECT_NE(run("config", {"Identity.PrivKey"}).find("Error"), std::string::npos);
    EXPECT_EQ(run("config/show").find("PrivKey"), std::string::npos);
}

TEST_F(RepositoryTest, AProfileChangesTheConfig) {
    init();
    const std::string text = run("config/profile/apply", {"unixfs-v1-2025"});
    EXPECT_FALSE(text.starts_with("Error")) << text;
    EXPECT_EQ(run("config", {"Import.UnixFSFileMaxLinks"}), "1024\n");
}

TEST_F(RepositoryTest, IdTellsOfOthersWhatTheirNameSays) {
    init();
    const std::string peer = "12D3KooWRBhwfeP2Y4TCx1SM6s9rUoHhR5STiGwxBhgFRcw3UERE";
    const auto as = [&](std::string base) {
        return run("id", {peer},
                   {{"offline", true}, {"peerid-base", base}, {"format", std::string("<id>")}});
    };
    EXPECT_EQ(as("b58mh"), peer);
    EXPECT_EQ(as("base36").substr(0, 5), "k51qz");
    EXPECT_NE(run("id", {peer}).find("Error: 'ipfs id' cannot query"), std::string::npos);
    EXPECT_EQ(run("id", {"nobody"}, {{"offline", true}}), "Error: invalid peer id");
}

TEST_F(RepositoryTest, WithoutARepositoryEveryCommandSaysSo) {
    EXPECT_TRUE(run("id").starts_with("Error: no IPFS repo found in ")) << run("id");
    EXPECT_TRUE(run("config/show").starts_with("Error: open ")) << run("config/show");
}

}  // namespace
}  // namespace kit::commands
