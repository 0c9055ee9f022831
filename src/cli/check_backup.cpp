#include "cli/check_backup.hpp"

#include "backup/database.hpp"

#include <cstdint>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace wdx::cli {
namespace {

constexpr std::string_view kName = "backup";
constexpr std::int64_t kOldDays = 8;  // a weekly one may be late

}  // namespace

void check_backup(db::Session& session, CheckReport& report) {
    const auto last = backup::find_last_attempt(session);
    if (!last) return report.ok(kName, "none was made with `watchdxg-back backup`");
    const std::string text = fmt::format("{} days ago: {}", last->age_days, last->message);
    if (last->failed)
        report.warn(kName, "the last one failed, " + text, "Make one by hand, to see what it says.");
    else if (last->age_days > kOldDays)
        report.warn(kName, "the last one was made " + text, "Run `watchdxg-back backup --to FOLDER`.");
    else
        report.ok(kName, "the last one was made " + text);
}

}  // namespace wdx::cli
