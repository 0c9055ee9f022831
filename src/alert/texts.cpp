#include "alert/texts.hpp"

#include "alert/kinds.hpp"
#include "base/clock.hpp"
#include "insight/words.hpp"

#include <algorithm>

#include <boost/json/array.hpp>
#include <fmt/format.h>

namespace wdx::alert {
namespace {

namespace json = boost::json;
using insight::counted;
using insight::number;

constexpr int kPercent = 100;

std::string percent(double share) {
    return number(share * kPercent, 1) + " %";
}

/// `@name`, or what stands for an account without one.
std::string name_of(const Account& account) {
    return account.handle.empty() ? "an account without a handle" : "@" + account.handle;
}

json::object about(const Account& account) {
    return {{"account_id", account.id}, {"handle", account.handle}};
}

std::string said_of(const Wave& wave) {
    return fmt::format("{} who joined in {} with {} ({} expected by chance)",
                       counted(static_cast<double>(wave.size), "user", "users"), wave.month,
                       wave.kind == "bio" ? "the same bio" : "handles of one pattern", number(wave.expected, 1));
}

json::object data_of(const LogEntry& entry) {
    json::object data;
    if (!entry.operator_name.empty()) data["operator"] = entry.operator_name;
    if (!entry.address.empty()) data["address"] = entry.address;
    data["time"] = entry.time;
    return data;
}

}  // namespace

std::string day_text(std::chrono::sys_days day) {
    const std::chrono::year_month_day date(day);
    return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                       static_cast<unsigned>(date.day()));
}

Said say_new_waves(const Account& account, const std::vector<Wave>& waves) {
    Said said{kind::kNewWave, {}, about(account)};
    json::array list;
    std::int64_t users = 0;
    for (const Wave& wave : waves) {
        users += wave.size;
        list.push_back({{"id", wave.id},
                        {"kind", wave.kind},
                        {"month", wave.month},
                        {"size", wave.size},
                        {"expected", wave.expected}});
    }
    said.data["waves"] = std::move(list);
    said.text = waves.size() == 1
                    ? fmt::format("A new wave at {}: {}.", name_of(account), said_of(waves.front()))
                    : fmt::format("{} new waves at {}, {} in all; the largest: {}.", waves.size(), name_of(account),
                                  counted(static_cast<double>(users), "user", "users"), said_of(waves.front()));
    return said;
}

Said say_harmful_rise(const Account& account, const Change& change) {
    Said said{kind::kHarmfulShare, {}, about(account)};
    said.data["from"] = change.from;
    said.data["to"] = change.to;
    said.data["since"] = day_text(change.since);
    said.text = fmt::format("Of the judged users of {}, {} are harmful; on {} it was {}.", name_of(account),
                            percent(change.to), day_text(change.since), percent(change.from));
    return said;
}

Said say_followers_drop(const Account& account, const Change& change) {
    const double gone = change.from - change.to;
    Said said{kind::kFollowersDrop, {}, about(account)};
    said.data["from"] = static_cast<std::int64_t>(change.from);
    said.data["to"] = static_cast<std::int64_t>(change.to);
    said.data["since"] = day_text(change.since);
    said.text = fmt::format("{} has {} fewer than on {}: {} instead of {}, {} less.", name_of(account),
                            counted(gone, "follower", "followers"), day_text(change.since), number(change.to),
                            number(change.from), percent(gone / change.from));
    return said;
}

Said say_core_silent(std::chrono::sys_seconds last_scrape, std::chrono::sys_seconds now) {
    const auto days = std::chrono::floor<std::chrono::days>(now - last_scrape).count();
    const std::string at = base::iso_time(last_scrape);
    return {kind::kCoreSilent,
            fmt::format("watchdxg-core has read no user for {}; the last one on {}.",
                        counted(static_cast<double>(days), "day", "days"),
                        day_text(std::chrono::floor<std::chrono::days>(last_scrape))),
            {{"last_scrape_at", at}, {"days", days}}};
}

Said say_faulty_rows(const Account& account, std::string_view check, std::string_view title, std::int64_t rows,
                     std::int64_t newly) {
    Said said{kind::kDataQuality, {}, {}};
    if (!account.handle.empty()) said.data = about(account);
    said.data["check"] = json::string(check);
    said.data["rows"] = rows;
    said.data["new_rows"] = newly;
    said.text =
        fmt::format("{}{}: {}, {} in all.", title, account.handle.empty() ? "" : ", at @" + account.handle,
                    counted(static_cast<double>(newly), "new row", "new rows"), number(static_cast<double>(rows)));
    return said;
}

Said say_queue_stuck(const StuckQueue& queue, std::chrono::sys_seconds now) {
    const auto hours = std::chrono::floor<std::chrono::hours>(now - queue.oldest).count();
    Said said{kind::kQueueStuck, {}, {}};
    if (queue.account.id >= 0) said.data = about(queue.account);
    said.data["action_type"] = queue.action_type;
    said.data["waiting"] = queue.waiting;
    said.data["oldest_at"] = base::iso_time(queue.oldest);
    said.text =
        fmt::format("{} ({}){} for a worker, the oldest for {}, and no worker takes any.",
                    counted(static_cast<double>(queue.waiting), "planned action", "planned actions"), queue.action_type,
                    fmt::format("{} {}", queue.account.handle.empty() ? "" : " of @" + queue.account.handle,
                                queue.waiting == 1 ? "waits" : "wait"),
                    counted(static_cast<double>(hours), "hour", "hours"));
    return said;
}

Said say_new_login_address(const LogEntry& entry) {
    return {kind::kNewLoginAddress,
            fmt::format("{} logged in from {}, for the first time from there.", entry.operator_name, entry.address),
            data_of(entry)};
}

Said say_refresh_reuse(const LogEntry& entry) {
    const std::string whose = entry.operator_name.empty() ? "an operator" : entry.operator_name;
    const std::string from = entry.address.empty() ? "" : ", from " + entry.address;
    return {kind::kRefreshReuse,
            fmt::format("A refresh token of {} was shown again after its use{}: somebody may have a copy. End the "
                        "sessions that you do not know.",
                        whose, from),
            data_of(entry)};
}

Said say_backup_failed(const LogEntry& entry) {
    Said said{kind::kBackupFailed, "A backup failed.", data_of(entry)};
    if (!entry.message.empty()) {
        said.text = fmt::format("A backup failed: {}", entry.message);
        said.data["message"] = entry.message;
    }
    return said;
}

Said say_test() {
    return {kind::kTest, "This is a test: alerts of watchdxg-back arrive here.", {}};
}

}  // namespace wdx::alert
