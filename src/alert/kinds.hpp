#pragma once

#include <string_view>

namespace wdx::alert {

/// The kinds of alerts, `kind` at /api/alerts/.  Clients filter by these names: they do not change.
namespace kind {

inline constexpr std::string_view kNewWave = "new_wave";
inline constexpr std::string_view kHarmfulShare = "harmful_share";
inline constexpr std::string_view kFollowersDrop = "followers_drop";
inline constexpr std::string_view kCoreSilent = "core_silent";
inline constexpr std::string_view kDataQuality = "data_quality";
inline constexpr std::string_view kNewLoginAddress = "new_login_address";
inline constexpr std::string_view kRefreshReuse = "refresh_reuse";
inline constexpr std::string_view kBackupFailed = "backup_failed";
inline constexpr std::string_view kQueueStuck = "queue_stuck";
inline constexpr std::string_view kDigest = "digest";
inline constexpr std::string_view kTest = "test";

}  // namespace kind

/// A few words for a subject line, in ASCII: `A new wave`.
std::string_view title_of(std::string_view kind);

/// Where the console shows more about it, behind `#`: `/waves`.
std::string_view page_of(std::string_view kind);

}  // namespace wdx::alert
