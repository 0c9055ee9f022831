#include "backup/tar.hpp"

#include "backup/error.hpp"
#include "base/child_process.hpp"
#include "base/file.hpp"

#include <cstdlib>
#include <filesystem>
#include <numeric>
#include <unistd.h>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wdx::backup {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

constexpr std::int64_t kNineGigabytes = std::int64_t{9} << 30;
// Where they are in a header.
constexpr std::int64_t kSize = 124;
constexpr std::int64_t kChecksum = 148;
constexpr std::int64_t kType = 156;

/// An archive in a file that has a name.
class TarTest : public testing::Test {
  protected:
    TarTest() : path_(std::filesystem::temp_directory_path() / "wdx-tar-XXXXXX") {
        std::string name = path_;
        file_ = base::FileDescriptor(::mkstemp(name.data()));
        path_ = name;
    }
    ~TarTest() override { ::unlink(path_.c_str()); }

    void write_two() {
        TarWriter tar(file_.get());
        tar.begin("one", 3);
        tar.append("ab");
        tar.append("c");
        tar.begin("two", 0);
        tar.finish();
    }

    /// `9 one ` for a member of nine bytes.
    std::string members() {
        TarReader tar(path_, file_.get());
        std::string found;
        for (std::string name = tar.next(); !name.empty(); name = tar.next())
            found += fmt::format("{} {} ", tar.size(), name);
        return found;
    }

    /// Whether tar(1) lists one member for which the condition, one of awk's, is true.
    bool tar_says(const std::string& condition) {
        const std::string script =
            fmt::format("tar -tvf {} | awk '{}{{found++}} END {{exit found != 1}}'", path_.string(), condition);
        return base::run_program(base::ProcessUser::self(),
                                 {.command = {"/bin/sh", "-c", script}, .environment = {"PATH=/usr/bin:/bin"}}) == 0;
    }

    void change(std::int64_t place, std::string_view bytes) {
        ASSERT_EQ(::pwrite(file_.get(), bytes.data(), bytes.size(), place), static_cast<ssize_t>(bytes.size()));
    }

    void set_size(const std::string& size) {
        change(kSize, size);
        mend_checksum();
    }

    /// Of the first header.
    void mend_checksum() {
        change(kChecksum, std::string(8, ' '));
        std::array<unsigned char, 512> header{};
        ASSERT_EQ(::pread(file_.get(), header.data(), header.size(), 0), 512);
        change(kChecksum,
               fmt::format("{:06o}", std::accumulate(header.begin(), header.end(), 0)) + std::string("\0 ", 2));
    }

    std::filesystem::path path_;
    base::FileDescriptor file_;
};

TEST_F(TarTest, IsReadAsItWasWritten) {
    write_two();
    EXPECT_EQ(members(), "3 one 0 two ");
    TarReader tar(path_, file_.get());
    EXPECT_EQ(tar.next(), "one");
    std::string text;
    tar.read([&](std::string_view block) { text += block; });
    EXPECT_EQ(text, "abc");
    EXPECT_TRUE(tar_says("$3 == 3 && $NF == \"one\""));
}

TEST_F(TarTest, AMemberOverEightGigabytesIsReadByUsAndByTar) {
    TarWriter(file_.get()).begin("large", kNineGigabytes);
    ASSERT_GT(::lseek(file_.get(), kNineGigabytes, SEEK_CUR), kNineGigabytes);  // a hole: zeros that take no room
    TarWriter rest(file_.get());
    rest.begin("last", 1);
    rest.append("x");
    rest.finish();
    EXPECT_EQ(members(), "9663676416 large 1 last ");
    EXPECT_TRUE(tar_says("$3 == 9663676416 && $NF == \"large\""));
    EXPECT_TRUE(tar_says("$3 == 1 && $NF == \"last\""));
}

TEST_F(TarTest, AMemberGetsExactlyAsMuchAsWasSaid) {
    TarWriter tar(file_.get());
    tar.begin("one", 2);
    EXPECT_THROW(tar.append("abc"), BackupError);
    tar.append("a");
    EXPECT_THROW(tar.finish(), BackupError);
    EXPECT_THROW(tar.begin("two", 1), BackupError);
}

TEST_F(TarTest, WhatIsNoArchiveIsRefused) {
    change(0, std::string(2000, 'x'));
    EXPECT_THAT([&] { members(); }, ThrowsMessage<BackupError>(HasSubstr("no tar archive")));
    ASSERT_EQ(::ftruncate(file_.get(), 0), 0);
    EXPECT_THAT([&] { members(); }, ThrowsMessage<BackupError>(HasSubstr("cut off")));
}

TEST_F(TarTest, ASizeThatNoFileHasIsRefused) {
    write_two();
    set_size("00000000003 ");  // as some write it
    EXPECT_EQ(members(), "3 one 0 two ");
    for (const std::string& size :
         {std::string("-0000000003 "), std::string(12, ' '), std::string("99999999999 "),
          "\x80" + std::string(11, '\xFF'), "\x80" + std::string(3, '\0') + "\x7F" + std::string(7, '\xFF'),
          std::string(12, '\xFF')}) {
        set_size(size);
        EXPECT_THAT([&] { members(); }, ThrowsMessage<BackupError>(HasSubstr("altered"))) << size;
    }
}

TEST_F(TarTest, WhatIsNoPlainFileIsRefused) {
    for (const char type : {'1', '2', '5', 'x', 'L', '\0'}) {
        ASSERT_EQ(::ftruncate(file_.get(), 0), 0);
        ASSERT_EQ(::lseek(file_.get(), 0, SEEK_SET), 0);
        write_two();
        change(kType, {&type, 1});
        mend_checksum();
        EXPECT_THROW(members(), BackupError) << type;
    }
}

}  // namespace
}  // namespace wdx::backup
