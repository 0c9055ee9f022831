#include "backup/manifest.hpp"

#include "backup/error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wdx::backup {
namespace {

using testing::HasSubstr;
using testing::Property;
using testing::ThrowsMessage;

Manifest sample() {
    Manifest manifest;
    manifest.program_version = "1.2.3";
    manifest.made_at = "2026-11-30T21:45:00Z";
    manifest.scope = Scope::ours;
    manifest.database = "a \"b\" \xC3\xA9";
    manifest.server_version = "16.4";
    manifest.dump_version = 16;
    manifest.newest_migration = "0015_planned_actions";
    manifest.roles = {"postgres", "watchdxg"};
    manifest.core_objects = {"actions_id_seq"};
    manifest.tables = {{"public", "users", 9'000'000'000}};
    manifest.members = {{"database.dump", 17, std::string(64, 'a')}};
    return manifest;
}

TEST(BackupManifest, IsReadAsItWasWritten) {
    EXPECT_EQ(read_manifest(write_manifest(sample())), sample());
}

TEST(BackupManifest, OfANewerFormatIsRefusedByTheNameOfTheProgram) {
    EXPECT_THAT([] { read_manifest(R"({"format":2,"program_version":"9.1.0","members":7})"); },
                ThrowsMessage<BackupError>(HasSubstr("watchdxg-back 9.1.0, which is newer")));
}

TEST(BackupManifest, WhatIsNoneIsRefused) {
    std::string cut = write_manifest(sample());
    cut.resize(cut.size() / 2);
    for (const std::string& text :
         {std::string(), std::string("[]"), std::string("{}"), std::string(R"({"format":"1"})"), cut})
        EXPECT_THROW(read_manifest(text), BackupError) << text;
}

}  // namespace
}  // namespace wdx::backup
