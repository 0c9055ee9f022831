#include "backup/retention.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wdx::backup {
namespace {

using namespace std::chrono;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

std::string at(sys_days day, seconds time = 0s) {
    return backup_name(sys_seconds(day) + time);
}

TEST(BackupName, TellsWhenItWasMade) {
    const sys_seconds time = sys_days(2026y / November / 30) + 21h + 45min + 7s;
    EXPECT_EQ(backup_name(time), "watchdxg-back-20261130T214507Z.backup");
    EXPECT_EQ(time_of_name(backup_name(time)), time);
}

TEST(BackupName, OtherNamesAreNone) {
    for (const char* name :
         {"", "watchdxg-back-.backup", "watchdxg-back-20261130T214507Z", "20261130T214507Z.backup",
          "watchdxg-back-20261330T214507Z.backup", "watchdxg-back-2026113xT214507Z.backup",
          "watchdxg-back-20261130T214507Z.backup.partial", "watchdxg-back-.backupx", "watchdxg-back.backup"})
        EXPECT_EQ(time_of_name(name), std::nullopt) << name;
}

TEST(Superseded, OfADayTheNewestStays) {
    const sys_days day = 2026y / June / 3;
    EXPECT_THAT(list_superseded({at(day, 1h), at(day, 3h), at(day, 2h)}, 1), ElementsAre(at(day, 1h), at(day, 2h)));
}

TEST(Superseded, OtherFilesAreNeverNamed) {
    EXPECT_THAT(list_superseded({"notes.txt", "watchdxg-back-old.backup"}, 1), IsEmpty());
}

TEST(Superseded, AYearOfDaysLeavesDaysWeeksAndMonths) {
    std::vector<std::string> names;
    const sys_days last = 2026y / November / 29;  // a Sunday
    for (int i = 0; i < 400; ++i) names.push_back(at(last - days(i)));
    const std::vector<std::string> gone = list_superseded(names, 3);
    // 29, 28, 27 November; Sundays 29, 22, 15; 29 November, 31 October, 30 September.
    EXPECT_THAT(gone, SizeIs(400 - 7));
    for (const sys_days day : {sys_days(last), last - days(1), last - days(2), last - days(7), last - days(14),
                               sys_days(2026y / October / 31), sys_days(2026y / September / 30)})
        EXPECT_THAT(gone, Not(Contains(at(day))));
}

TEST(Superseded, ADayWithoutABackupIsNotCounted) {
    const sys_days day = 2026y / June / 5;
    EXPECT_THAT(list_superseded({at(day - days(300)), at(day - days(100)), at(day)}, 3), IsEmpty());
}

}  // namespace
}  // namespace wdx::backup
