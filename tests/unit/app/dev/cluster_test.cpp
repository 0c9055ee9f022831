// What `dev` decides before there is a server; the cluster itself is tested in tests/blackbox/test_dev.py.

#include "app/dev/cluster_user.hpp"
#include "app/dev/core_tables.hpp"
#include "app/dev/demo.hpp"
#include "app/dev/folder.hpp"

#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <signal.h>
#include <stdexcept>
#include <string>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wdx::app {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

class DevFolder : public testing::Test {
  protected:
    void SetUp() override {
        std::string name = (fs::temp_directory_path() / "wdx-unit-XXXXXX").string();
        ASSERT_NE(::mkdtemp(name.data()), nullptr);
        folder_ = name;
    }
    void TearDown() override { fs::remove_all(folder_); }

    static base::ProcessUser self() { return {::geteuid(), ::getegid(), "me", false}; }

    void install(const std::string& version) {
        for (const char* program : {"initdb", "pg_ctl", "postgres"}) {
            const fs::path path = folder_ / version / "bin" / program;
            fs::create_directories(path.parent_path());
            std::ofstream(path) << "#!/bin/sh\n";
            fs::permissions(path, fs::perms::owner_all);
        }
    }

    fs::path folder_;
};

mode_t mode_of(const fs::path& path) {
    struct stat facts {};
    EXPECT_EQ(::lstat(path.c_str(), &facts), 0);
    return facts.st_mode & 0777;
}

TEST_F(DevFolder, LockIsRefusedToASecondHolderAndNamesTheFirst) {
    const FolderLock first(folder_);
    EXPECT_THAT([&] { const FolderLock second(folder_); },
                ThrowsMessage<std::runtime_error>(
                    AllOf(HasSubstr(fmt::format("process {}:", ::getpid())), HasSubstr(folder_.string()))));
}

TEST_F(DevFolder, LockIsFreeOnceItsHolderIsGone) {
    { const FolderLock first(folder_); }
    EXPECT_NO_THROW(FolderLock{folder_});
}

TEST_F(DevFolder, LockFileIsNotWrittenThroughALink) {
    fs::create_symlink("elsewhere", folder_ / "dev.lock");
    EXPECT_THROW(FolderLock{folder_}, std::system_error);
    EXPECT_FALSE(fs::exists(folder_ / "elsewhere"));
}

TEST_F(DevFolder, NewestServerIsTakenForANewCluster) {
    install("9");
    install("15");
    install("14");
    fs::create_directories(folder_ / "17/bin");  // only its clients are installed
    EXPECT_EQ(find_server_programs(folder_, "", ""), folder_ / "15/bin");
}

TEST_F(DevFolder, ServerOfTheClustersVersionIsTaken) {
    install("15");
    install("16");
    EXPECT_EQ(find_server_programs(folder_, "", "15"), folder_ / "15/bin");
}

TEST_F(DevFolder, ServerOfAnotherVersionThanTheClustersIsRefusedByName) {
    install("16");
    EXPECT_THAT([&] { find_server_programs(folder_, "", "15"); },
                ThrowsMessage<std::runtime_error>(
                    AllOf(HasSubstr("made by PostgreSQL 15"), HasSubstr("(16 is)"), HasSubstr("postgresql-15"))));
}

TEST_F(DevFolder, ServerIsFoundWhereALinkOnThePathLeads) {
    install("15");
    fs::create_directory(folder_ / "links");
    fs::create_symlink(folder_ / "15/bin/initdb", folder_ / "links/initdb");
    const std::string search_path = "/nowhere::" + (folder_ / "links").string();
    EXPECT_EQ(find_server_programs(folder_ / "none", search_path, ""), fs::canonical(folder_ / "15/bin"));
}

TEST_F(DevFolder, NoServerAtAllIsSaidWithWhatToInstall) {
    EXPECT_THAT([&] { find_server_programs(folder_ / "none", "/nowhere", ""); },
                ThrowsMessage<std::runtime_error>(HasSubstr("postgresql-15")));
}

TEST_F(DevFolder, SocketFolderStandsInTheDataFolder) {
    EXPECT_EQ(make_socket_folder(folder_, "watchdxg-1-2", "", self()), folder_ / "socket");
    EXPECT_EQ(mode_of(folder_ / "socket"), 0700U);
    EXPECT_NO_THROW(make_socket_folder(folder_, "watchdxg-1-2", "", self()));
}

TEST_F(DevFolder, SocketFolderOfALongPathMovesToTheRuntimeFolder) {
    const fs::path deep = folder_ / std::string(90, 'd');
    EXPECT_EQ(make_socket_folder(deep, "watchdxg-1-2", folder_, self()), folder_ / "watchdxg-1-2");
}

TEST_F(DevFolder, SocketFolderOfAPathWithSpecialCharactersMovesToTheRuntimeFolder) {
    for (const char* name : {"a b", "a,b", "a'b", "a\\b", "ä"}) {
        EXPECT_EQ(make_socket_folder(folder_ / name, "watchdxg-1-2", folder_, self()), folder_ / "watchdxg-1-2")
            << name;
    }
}

TEST_F(DevFolder, SocketFolderIsNeitherALinkNorOpenToOthers) {
    fs::create_directory(folder_ / "real");
    fs::create_directory_symlink(folder_ / "real", folder_ / "socket");
    EXPECT_THROW(make_socket_folder(folder_, "watchdxg-1-2", "", self()), std::runtime_error);
    fs::remove(folder_ / "socket");
    fs::create_directory(folder_ / "socket");
    fs::permissions(folder_ / "socket", fs::perms(0755));
    EXPECT_THROW(make_socket_folder(folder_, "watchdxg-1-2", "", self()), std::runtime_error);
}

TEST_F(DevFolder, ReplacedFileIsPrivateAndWhole) {
    std::ofstream(folder_ / "secret.new") << "half of an interrupted att";
    replace_file(folder_ / "secret", "one", self());
    replace_file(folder_ / "secret", "two", self());
    EXPECT_EQ(read_small_file(folder_ / "secret"), "two");
    EXPECT_EQ(mode_of(folder_ / "secret"), 0600U);
    EXPECT_FALSE(fs::exists(folder_ / "secret.new"));
}

TEST_F(DevFolder, DataFolderIsClosedToOthersExceptForPassingThroughRoots) {
    const fs::path made = make_data_folder(folder_ / "a/../a/data/");
    EXPECT_EQ(made, fs::canonical(folder_ / "a/data"));
    EXPECT_EQ(mode_of(folder_ / "a/data"), ::geteuid() == 0 ? 0711U : 0700U);
}

TEST(DevBanner, TellsOfTheDatabaseOnlyWhenItListens) {
    EXPECT_THAT(dev_banner("http://localhost:1"), testing::Not(HasSubstr("5433")));
    const LoopbackAccess access{.port = 5433, .user = "u", .database = "d", .password = "secret"};
    const std::string banner = dev_banner("http://localhost:1", access);
    EXPECT_THAT(banner, HasSubstr("\nDATABASE_URL=postgresql://u:secret@127.0.0.1:5433/d\n"));
    EXPECT_THAT(banner, HasSubstr("\n127.0.0.1:5433:*:*:secret\n"));
}

TEST(CoreStatements, AddAColumnWithoutAValueForTheRowsThatAreThere) {
    EXPECT_THAT(core_statements("users.last_updated"),
                testing::ElementsAre("ALTER TABLE users ADD COLUMN last_updated TIMESTAMP;",
                                     "ALTER TABLE users ALTER COLUMN last_updated SET DEFAULT CURRENT_TIMESTAMP;"));
    EXPECT_THAT(core_statements("users.followers_str"),
                testing::ElementsAre("ALTER TABLE users ADD COLUMN followers_str VARCHAR(255);"));
    EXPECT_THAT(core_statements("classification.notes"),
                testing::ElementsAre("ALTER TABLE classification ADD COLUMN notes TEXT;"));
}

TEST(CoreStatements, MakeAWholeTableOnOneLine) {
    EXPECT_THAT(
        core_statements("accounts"),
        testing::ElementsAre("CREATE TABLE IF NOT EXISTS accounts ( id SERIAL PRIMARY KEY, handle VARCHAR(255), "
                             "UNIQUE (handle) );"));
}

}  // namespace
}  // namespace wdx::app
