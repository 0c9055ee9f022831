#include "backup/client_programs.hpp"

#include "backup/copy.hpp"
#include "backup/error.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wdx::backup {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::Each;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using testing::ThrowsMessage;

class ClientProgramsTest : public testing::Test {
  protected:
    ClientProgramsTest() {
        std::string name = (fs::temp_directory_path() / "wdx-programs-XXXXXX").string();
        root_ = ::mkdtemp(name.data());
    }
    ~ClientProgramsTest() override { fs::remove_all(root_); }

    fs::path make(const fs::path& folder, int version) {
        fs::create_directories(root_ / folder);
        for (const char* name : {"pg_dump", "pg_restore", "psql"}) {
            std::ofstream(root_ / folder / name)
                << fmt::format("#!/bin/sh\necho '{} (PostgreSQL) {}.4 (Debian)'\n", name, version);
            fs::permissions(root_ / folder / name, fs::perms::owner_all);
        }
        return root_ / folder;
    }

    fs::path root_;
};

TEST_F(ClientProgramsTest, TheNewestAreTakenWhereverTheyAre) {
    make("versions/9/bin", 9);
    const fs::path newer = make("versions/15/bin", 15);
    EXPECT_EQ(find_client_programs(root_ / "versions", "").folder, newer);
    const fs::path newest = make("usr", 16);
    const ClientPrograms found =
        find_client_programs(root_ / "versions", "relative:" + newest.string() + ":/nonexistent");
    EXPECT_EQ(found.folder, newest);
    EXPECT_EQ(found.major_version, 16);
}

TEST_F(ClientProgramsTest, WhereThereAreNoneThePackageIsNamed) {
    fs::remove(make("versions/15/bin", 15) / "psql");
    EXPECT_THAT([&] { find_client_programs(root_ / "versions", ""); },
                ThrowsMessage<BackupError>(HasSubstr("postgresql-client")));
}

TEST_F(ClientProgramsTest, OlderOnesThanTheServerAreRefusedByTheNameOfThePackage) {
    const ClientPrograms programs = {"/usr/bin", 15};
    EXPECT_NO_THROW(require_version(programs, 15, "The server"));
    EXPECT_NO_THROW(require_version(programs, 12, "The server"));
    EXPECT_THAT([&] { require_version(programs, 16, "The server"); },
                ThrowsMessage<BackupError>(HasSubstr("postgresql-client-16")));
}

TEST(BackupTarget, ThePasswordIsNotInTheConnectionString) {
    const Target target = make_target("postgresql://me:s3cret@db.example:5433/data?sslmode=require");
    EXPECT_THAT(target.connection_string, Not(HasSubstr("s3cret")));
    EXPECT_THAT(target.connection_string, HasSubstr("host='db.example'"));
    EXPECT_THAT(target.connection_string, HasSubstr("sslmode='require'"));
    EXPECT_THAT(target.environment, Contains("PGPASSWORD=s3cret"));
}

TEST(BackupTarget, OurOwnSettingsAreNotHandedOn) {
    ::setenv("WDX_SECRET_KEY", "hush", 1);
    EXPECT_THAT(make_target("dbname=x").environment, Each(Not(StartsWith("WDX_"))));
    ::unsetenv("WDX_SECRET_KEY");
}

TEST(BackupTarget, AnotherDatabaseOfTheSameServer) {
    EXPECT_EQ(with_database("host=/tmp dbname='old one' user='it\\'s'", "new'\\"),
              R"(user='it\'s' host='/tmp' dbname='new\'\\')");
}

TEST(RestoredEntries, OfTheCoresTablesOnlyRowsAreWantedWhereTheyStay) {
    const RestoreOptions keeps{.keeps_core = true};
    EXPECT_TRUE(is_restored("3412; 0 16417 TABLE DATA public classification postgres", keeps));
    EXPECT_TRUE(is_restored("3412; 0 0 SEQUENCE SET public actions_id_seq postgres", keeps));
    for (const char* entry : {"218; 1259 16390 TABLE public classification postgres",
                              "3259; 2606 16460 FK CONSTRAINT public actions actions_user_id_fkey postgres",
                              "9; 0 0 ACL public TABLE classification postgres",
                              "7; 2604 1 DEFAULT public actions id postgres", ";", "; Archive created at 2026", ""})
        EXPECT_FALSE(is_restored(entry, keeps)) << entry;
    EXPECT_TRUE(is_restored("1; 1259 1 TABLE public watchdxg_planned_action postgres", keeps));
}

TEST(RestoredEntries, InATrialOnlyWhatLeadsToOtherTablesOfTheCoreIsLeftOut) {
    const RestoreOptions trial{.is_trial = true};
    EXPECT_TRUE(is_restored("218; 1259 16390 TABLE public classification postgres", trial));
    EXPECT_FALSE(is_restored("3259; 2606 16460 FK CONSTRAINT public actions actions_user_id_fkey postgres", trial));
    EXPECT_TRUE(is_restored("3259; 2606 16460 FK CONSTRAINT public auth_permission fk postgres", trial));
}

}  // namespace
}  // namespace wdx::backup
