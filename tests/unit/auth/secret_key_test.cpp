#include "auth/secret_key.hpp"

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

#include <gtest/gtest.h>

namespace wdx::auth {
namespace {

/// A folder of its own for each test, removed afterwards.
class SecretKeyFile : public ::testing::Test {
  protected:
    SecretKeyFile() {
        std::string name = (std::filesystem::temp_directory_path() / "wdx-key-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
        folder_ = name;
    }
    ~SecretKeyFile() override { std::filesystem::remove_all(folder_); }

    void write_key(std::string_view text, mode_t mode) const {
        std::ofstream(secret_key_path(folder_)) << text;
        ::chmod(secret_key_path(folder_).c_str(), mode);
    }
    static unsigned mode_of(const std::filesystem::path& path) {
        struct stat status {};
        ::stat(path.c_str(), &status);
        return status.st_mode & 07777U;
    }

    std::filesystem::path folder_;
};

TEST_F(SecretKeyFile, AConfiguredKeyIsTakenAndNoFileIsMade) {
    const SecretKey key = load_or_create_secret_key("configured", folder_);
    EXPECT_EQ(key.value, "configured");
    EXPECT_EQ(key.source, "WDX_SECRET_KEY");
    EXPECT_FALSE(key.generated_now);
    EXPECT_FALSE(std::filesystem::exists(secret_key_path(folder_)));
}

TEST_F(SecretKeyFile, AMissingKeyIsMadeOnceAndKept) {
    const SecretKey first = load_or_create_secret_key("", folder_);
    EXPECT_TRUE(first.generated_now);
    EXPECT_EQ(first.value.size(), 64U);
    EXPECT_FALSE(is_weak_secret_key(first.value));
    EXPECT_EQ(mode_of(secret_key_path(folder_)), 0600U);
    const SecretKey second = load_or_create_secret_key("", folder_);
    EXPECT_FALSE(second.generated_now);
    EXPECT_EQ(second.value, first.value);
    EXPECT_EQ(second.source, secret_key_path(folder_).string());
}

TEST_F(SecretKeyFile, NothingButTheKeyIsLeftBehind) {
    load_or_create_secret_key("", folder_);
    const auto files = std::filesystem::directory_iterator(folder_);
    EXPECT_EQ(std::distance(begin(files), end(files)), 1);
}

TEST_F(SecretKeyFile, AMissingDataFolderIsMadeWithItsParents) {
    const mode_t former = ::umask(077);
    const SecretKey key = load_or_create_secret_key("", folder_ / "a" / "b");
    ::umask(former);
    EXPECT_TRUE(key.generated_now);
    EXPECT_EQ(mode_of(folder_ / "a" / "b"), ::geteuid() == 0 ? 0711U : 0700U);
}

TEST_F(SecretKeyFile, ManyAtOnceGetTheSameKey) {
    std::array<std::string, 8> keys;
    std::array<std::thread, 8> threads;
    for (std::size_t i = 0; i < keys.size(); ++i)
        threads.at(i) = std::thread([&keys, i, this] { keys.at(i) = load_or_create_secret_key("", folder_).value; });
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(std::set<std::string>(keys.begin(), keys.end()).size(), 1U);
}

TEST_F(SecretKeyFile, WhiteSpaceAtItsEndIsNotPartOfTheKey) {
    write_key("a key of somebody\r\n\n", 0600);
    EXPECT_EQ(read_secret_key_file(folder_), "a key of somebody");
}

TEST_F(SecretKeyFile, AFileOpenToOthersIsRefusedAndNotReplaced) {
    for (const mode_t mode : {0640U, 0604U, 0620U}) {
        write_key("a key of somebody", mode);
        EXPECT_THROW(load_or_create_secret_key("", folder_), SecretKeyError);
    }
    ::chmod(secret_key_path(folder_).c_str(), 0400);
    EXPECT_EQ(read_secret_key_file(folder_), "a key of somebody");
}

TEST_F(SecretKeyFile, AnEmptyFileAndAFolderAreRefused) {
    write_key("\n", 0600);
    EXPECT_THROW(read_secret_key_file(folder_), SecretKeyError);
    std::filesystem::remove(secret_key_path(folder_));
    std::filesystem::create_directory(secret_key_path(folder_));
    EXPECT_THROW(read_secret_key_file(folder_), SecretKeyError);
}

TEST_F(SecretKeyFile, NoFileIsNoError) {
    EXPECT_EQ(read_secret_key_file(folder_), std::nullopt);
    EXPECT_EQ(read_secret_key_file(folder_ / "missing"), std::nullopt);
}

TEST_F(SecretKeyFile, PredecessorsStandInAFileOfTheirOwn) {
    EXPECT_TRUE(read_secret_key_fallbacks(folder_).empty());
    write_key("the key\n", 0600);
    write_secret_file(secret_key_fallbacks_path(folder_), "the last one\nthe one before");
    EXPECT_EQ(mode_of(secret_key_fallbacks_path(folder_)), 0600U);
    const SecretKey key = load_or_create_secret_key("", folder_);
    EXPECT_EQ(key.value, "the key");
    EXPECT_EQ(key.fallbacks, (std::vector<std::string>{"the last one", "the one before"}));
    EXPECT_TRUE(load_or_create_secret_key("configured", folder_).fallbacks.empty());
}

TEST_F(SecretKeyFile, PredecessorsOpenToOthersAreRefused) {
    write_secret_file(secret_key_fallbacks_path(folder_), "old");
    ::chmod(secret_key_fallbacks_path(folder_).c_str(), 0644);
    EXPECT_THROW(read_secret_key_fallbacks(folder_), SecretKeyError);
}

TEST_F(SecretKeyFile, IsReplacedWholeWithItsModeAndThroughALink) {
    write_key("old", 0400);
    std::filesystem::create_symlink(secret_key_path(folder_), folder_ / "link");
    write_secret_file(folder_ / "link", "new");
    EXPECT_EQ(read_secret_key_file(folder_), "new");
    EXPECT_EQ(mode_of(secret_key_path(folder_)), 0400U);
    EXPECT_TRUE(std::filesystem::is_symlink(folder_ / "link"));
    const auto files = std::filesystem::directory_iterator(folder_);
    EXPECT_EQ(std::distance(begin(files), end(files)), 2);
}

TEST_F(SecretKeyFile, ThatCannotBeWrittenIsSaid) {
    EXPECT_THROW(write_secret_file(folder_ / "missing" / "key", "new"), SecretKeyError);
}

TEST(WeakSecretKey, IsAShortOneOrDjangosDevelopmentKey) {
    EXPECT_TRUE(is_weak_secret_key(std::string(31, 'x')));
    EXPECT_FALSE(is_weak_secret_key(std::string(32, 'x')));
    EXPECT_TRUE(is_weak_secret_key("django-insecure-" + std::string(50, 'x')));
}

}  // namespace
}  // namespace wdx::auth
