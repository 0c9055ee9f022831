#include "backup/backup_file.hpp"

#include "backup/error.hpp"

#include <array>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wdx::backup {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::Field;

constexpr std::string_view kDump = "what pg_dump wrote";
constexpr std::string_view kSettings = "idle_timeout = 61\n";

Manifest sample() {
    Manifest manifest;
    manifest.program_version = "1.2.3";
    manifest.tables = {{"public", "users", 7}};
    return manifest;
}

/// A small backup.
class BackupFileTest : public testing::Test {
  protected:
    BackupFileTest() {
        std::string folder = fs::temp_directory_path() / "wdx-backup-XXXXXX";
        folder_ = ::mkdtemp(folder.data());
        path_ = folder_ / "whole.backup";
        file_ = base::open_file(path_, O_RDWR | O_CREAT | O_EXCL);
        const base::FileDescriptor dump = base::open_file(folder_ / "dump", O_RDWR | O_CREAT);
        base::write_all(dump.get(), kDump, folder_);
        write_backup(file_, sample(), {{kSettingsMember, std::string(kSettings)}}, dump);
    }
    ~BackupFileTest() override { fs::remove_all(folder_); }

    void put(std::int64_t place, char byte) { EXPECT_EQ(::pwrite(file_.get(), &byte, 1, place), 1); }
    [[nodiscard]] bool is_refused() const {
        try {
            BackupFile::open(path_);
            return false;
        } catch (const BackupError&) {
            return true;
        }
    }

    fs::path folder_;
    fs::path path_;
    base::FileDescriptor file_;
};

TEST_F(BackupFileTest, IsReadAsItWasWritten) {
    const BackupFile backup = BackupFile::open(path_);
    EXPECT_EQ(backup.manifest().tables, sample().tables);
    EXPECT_THAT(backup.manifest().members,
                ElementsAre(Field(&Member::name, kSettingsMember), Field(&Member::name, kDumpMember)));
    EXPECT_EQ(backup.read(kSettingsMember), kSettings);
    EXPECT_EQ(backup.read(kKeysMember), "");
    EXPECT_EQ(read_manifest_of(path_).tables, sample().tables);
}

TEST_F(BackupFileTest, ItsDumpIsCopiedUnlessItWasAlteredMeanwhile) {
    const BackupFile backup = BackupFile::open(path_);
    const base::FileDescriptor copy = base::open_file(folder_ / "copy", O_RDWR | O_CREAT);
    backup.copy_dump(copy.get());
    std::string text(100, '\0');
    text.resize(static_cast<std::size_t>(::pread(copy.get(), text.data(), text.size(), 0)));
    EXPECT_EQ(text, kDump);

    std::string whole(fs::file_size(path_), '\0');
    ASSERT_EQ(::pread(file_.get(), whole.data(), whole.size(), 0), static_cast<ssize_t>(whole.size()));
    put(static_cast<std::int64_t>(whole.find(kDump)), 'W');
    EXPECT_THROW(backup.copy_dump(copy.get()), BackupError);
}

TEST_F(BackupFileTest, IsRefusedWhicheverByteWasAltered) {
    const auto size = static_cast<std::int64_t>(fs::file_size(path_));
    for (std::int64_t place = 0; place < size; ++place) {
        char byte = 0;
        ASSERT_EQ(::pread(file_.get(), &byte, 1, place), 1);
        put(place, static_cast<char>(byte ^ 1));
        EXPECT_TRUE(is_refused()) << place;
        put(place, byte);
    }
    EXPECT_FALSE(is_refused());
}

TEST_F(BackupFileTest, IsRefusedWhereverItWasCutOff) {
    for (auto size = static_cast<off_t>(fs::file_size(path_)); size > 0;) {
        ASSERT_EQ(::ftruncate(file_.get(), --size), 0);
        EXPECT_TRUE(is_refused()) << size;
    }
}

TEST_F(BackupFileTest, IsRefusedWhenSomethingFollows) {
    const auto size = static_cast<std::int64_t>(fs::file_size(path_));
    put(size, '\0');
    EXPECT_FALSE(is_refused());  // tar(1) fills up with zeros
    put(size + 20'000, 'x');
    EXPECT_TRUE(is_refused());
}

}  // namespace
}  // namespace wdx::backup
