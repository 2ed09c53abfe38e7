#include "doors/cli/run.h"

#include <gtest/gtest.h>

#include "doors/cli/fake_process.h"

namespace kit::cli {
namespace {

class RunTest : public testing::Test {
protected:
    int run(std::vector<std::string> words) {
        out_.text_.clear();
        err_.text_.clear();
        return cli::run({.env = real_env(),
                         .in = in_,
                         .out = out_,
                         .err = err_,
                         .program = "ipfs",
                         .words = std::move(words),
                         .working_directory = "/",
                         .repo = "/nonexistent/repo",
                         .editor = "",
                         .cancel = cancel_,
                         .timed_out = timed_out_,
                         .start_timer = [](int64_t) {}});
    }
    FakeInput in_;
    FakeOutput out_;
    FakeOutput err_;
    std::atomic<bool> cancel_ = false;
    std::atomic<bool> timed_out_ = false;
};

constexpr const char* v0 = "QmYtUc4iTCbbfVSDNKvtQqrfyezPPnFvE33wFmutw9PBBk";
constexpr const char* v1 = "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi";

TEST_F(RunTest, TextAndJson) {
    EXPECT_EQ(run({"version"}), 0);
    EXPECT_EQ(out_.text_, "ipfs version 0.43.1\n");
    EXPECT_EQ(run({"version", "--enc=json"}), 0);
    EXPECT_TRUE(out_.text_.starts_with(R"({"Version":"0.43.1","Commit":"","Repo":"18",)"));
    EXPECT_EQ(run({"--version", "--number"}), 0);
    EXPECT_EQ(out_.text_, "0.43.1\n");
}

TEST_F(RunTest, OtherEncodingsAreRefused) {
    EXPECT_EQ(run({"version", "--enc=foo"}), 1);
    EXPECT_EQ(err_.text_, "Error: invalid encoding: foo\n");
    EXPECT_EQ(run({"version", "--enc=xml"}), 1);
    EXPECT_NE(err_.text_.find("xml is not written by this build"), std::string::npos);
}

TEST_F(RunTest, MistakesComeWithBriefHelp) {
    EXPECT_EQ(run({"version", "x"}), 1);
    EXPECT_TRUE(err_.text_.starts_with("Error: expected 0 argument(s), got 1\n\nUSAGE\n"));
    EXPECT_EQ(out_.text_, "");
    EXPECT_EQ(run({"version", "--foo"}), 1);
    EXPECT_EQ(err_.text_, "Error: unknown option \"foo\"\n");
    EXPECT_EQ(run({"nope"}), 1);
    EXPECT_EQ(err_.text_, "Error: Unknown Command \"nope\"\n\n");
}

TEST_F(RunTest, HelpComesInEveryWay) {
    for (const std::vector<std::string>& words :
         std::vector<std::vector<std::string>>{{"help"},
                                               {"--help"},
                                               {"help", "cat"},
                                               {"cat", "--help"},
                                               {"cat", "-h"},
                                               {"cid"},
                                               {}}) {
        EXPECT_EQ(run(words), 0);
        EXPECT_TRUE(out_.text_.starts_with("USAGE\n"));
        EXPECT_EQ(err_.text_, "");
    }
}

TEST_F(RunTest, ArgumentsComeFromStandardInputWhenNoneIsGiven) {
    in_ = FakeInput(std::string(v0) + "\r\n" + v1);
    EXPECT_EQ(run({"cid", "base32"}), 0);
    EXPECT_EQ(out_.text_, "bafybeie4xqd4h6mrojmdni5kfjmbziqcsgmkuqqltwm3ydqtdwpt4lf6i4\n" +
                              std::string(v1) + "\n");
    EXPECT_EQ(run({"cid", "base32"}), 1);
    EXPECT_EQ(err_.text_, "Error: argument \"cid\" is required\n");
    EXPECT_EQ(in_.waiting_count_, 0);
    in_.is_terminal_ = true;
    EXPECT_EQ(run({"cid", "base32"}), 1);
    EXPECT_EQ(in_.waiting_count_, 1);
}

TEST_F(RunTest, BadRecordsGoToStandardErrorAndTheRestIsPrinted) {
    EXPECT_EQ(run({"cid", "format", "-v", "1", "-b", "base32", "x", v0}), 1);
    EXPECT_EQ(out_.text_, "bafybeie4xqd4h6mrojmdni5kfjmbziqcsgmkuqqltwm3ydqtdwpt4lf6i4\n");
    EXPECT_TRUE(err_.text_.starts_with("x: invalid cid: "));
    EXPECT_TRUE(err_.text_.ends_with("\nError: errors while displaying some entries\n"));
}

TEST_F(RunTest, FormatsEveryPartOfACid) {
    EXPECT_EQ(run({"cid", "format", "-f", "%%|%b|%B|%v|%V|%c|%C|%h|%H|%L|%S|%P", v1}), 0);
    EXPECT_EQ(out_.text_, "%|base32|b|cidv1|1|dag-pb|112|sha2-256|18|32|" +
                              std::string(v1).substr(1) + "|cidv1-dag-pb-sha2-256-32\n");
    EXPECT_EQ(run({"cid", "format", "-f", "%x", v1}), 1);
    EXPECT_EQ(err_.text_, "Error: unrecognized specifier in format string: %x\n");
    EXPECT_EQ(run({"cid", "format", "-v", "0", "-b", "base32", v1}), 1);
    EXPECT_EQ(err_.text_,
              "Error: cannot convert to CIDv0 with any multibase other than the implicit "
              "base58btc\n");
}

TEST_F(RunTest, MultibaseReadsStandardInput) {
    in_ = FakeInput("hello\n");
    EXPECT_EQ(run({"multibase", "encode", "-b", "base16"}), 0);
    EXPECT_EQ(out_.text_, "f68656c6c6f0a");
    in_ = FakeInput("uaGVsbG8");
    EXPECT_EQ(run({"multibase", "transcode", "-b", "base16"}), 0);
    EXPECT_EQ(out_.text_, "f68656c6c6f");
    in_ = FakeInput("f68656c6c6f");
    EXPECT_EQ(run({"multibase", "decode", "-"}), 0);
    EXPECT_EQ(out_.text_, "hello");
}

TEST_F(RunTest, FilesThatAreNotThereAndFoldersAreRefused) {
    EXPECT_EQ(run({"multibase", "encode", "/nonexistent"}), 1);
    EXPECT_TRUE(
        err_.text_.starts_with("Error: lstat /nonexistent: no such file or directory\n\nUSAGE"));
    EXPECT_EQ(run({"multibase", "encode", "/tmp"}), 1);
    EXPECT_TRUE(err_.text_.starts_with(
        "Error: invalid path '/tmp', argument 'file' does not support directories\n"));
}

TEST_F(RunTest, WithoutARepositoryItSaysHowToMakeOne) {
    EXPECT_EQ(run({"config", "show"}), 1);
    EXPECT_EQ(err_.text_, "Error: open /nonexistent/repo/config: no such file or directory\n");
    EXPECT_EQ(run({"id"}), 1);
    EXPECT_EQ(err_.text_,
              "Error: no IPFS repo found in /nonexistent/repo.\nplease run: 'ipfs init'\n");
}

// Port 9 of loopback is the "discard" service, which nobody runs.
TEST_F(RunTest, ADaemonThatIsAskedForAndNotThereIsAnError) {
    EXPECT_EQ(run({"id", "--api=/ip4/127.0.0.1/tcp/9"}), 1);
    EXPECT_EQ(err_.text_,
              "Error: cannot connect to the api. Is the daemon running? To run as a standalone CLI "
              "command remove the api file in `$IPFS_PATH/api`\n");
    EXPECT_EQ(run({"id", "--api=nonsense"}), 1);
    EXPECT_NE(err_.text_.find("is no multiaddr"), std::string::npos);
    EXPECT_EQ(run({"version", "--api=/ip4/127.0.0.1/tcp/9"}), 0);
}

TEST_F(RunTest, CompletionScriptsNameEveryCommand) {
    for (const char* shell : {"bash", "zsh", "fish"}) {
        EXPECT_EQ(run({"commands", "completion", shell}), 0);
        for (const auto& entry : commands::subcommands_of("")) {
            EXPECT_NE(out_.text_.find(std::string(entry.path)), std::string::npos) << entry.path;
        }
    }
}

TEST_F(RunTest, CommandsAreListedWithTheirOptions) {
    EXPECT_EQ(run({"commands", "-f"}), 0);
    EXPECT_TRUE(out_.text_.starts_with("ipfs\nipfs add\n"));
    EXPECT_NE(out_.text_.find("ipfs cid codecs --numeric / ipfs cid codecs -n\n"),
              std::string::npos);
    EXPECT_EQ(run({"commands", "--enc=json"}), 0);
    EXPECT_TRUE(out_.text_.starts_with(R"({"Name":"ipfs","Subcommands":[{"Name":"add",)"));
}

TEST_F(RunTest, AReaderThatLeavesEndsTheProgramQuietly) {
    out_.reader_left_ = true;
    EXPECT_EQ(run({"version"}), 1);
}

}  // namespace
}  // namespace kit::cli
