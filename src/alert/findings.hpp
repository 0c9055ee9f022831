#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace wdx::alert {

/// What an X account's audience was like at the end of a day, or is like today.
struct DayCounts {
    std::chrono::sys_days day;
    std::optional<std::int64_t> followers{};
    std::optional<std::int64_t> harmful{};
    std::optional<std::int64_t> classified{};
};

/// A figure that has changed.
struct Change {
    std::chrono::sys_days since;
    double from = 0;
    double to = 0;
};

/// Fewer judged users than these say nothing about a share.
inline constexpr std::int64_t kLeastClassified = 20;

/// The largest rise of the harmful share of the judged users from one of the seven days before to the last day.
/// @param days       oldest first
/// @param threshold  the least rise, in parts of 1
/// @return nullopt when there is none
std::optional<Change> find_harmful_rise(std::span<const DayCounts> days, double threshold);

/// The largest fall of the followers from one of the seven days before to the last day.
/// @param threshold  the least fall, as a share of what there was
std::optional<Change> find_followers_drop(std::span<const DayCounts> days, double threshold);

/// What is known of the rows that a check of the data finds.
struct KnownRows {
    std::int64_t known = 0;              ///< rows that are not new
    std::optional<std::int64_t> told{};  ///< how many there were when they were last seen to grow, since an alert
    std::chrono::sys_seconds last_at{};  ///< when that was

    bool operator==(const KnownRows&) const = default;
};

/// How long a check must find nothing new until what it finds then is told again.
inline constexpr std::chrono::hours kQualityQuiet{24};

struct QualityDecision {
    KnownRows now;
    std::optional<std::int64_t> newly{};  ///< tell that so many rows are new
};

/// @param before     nullopt: nobody has looked yet, so that nothing is new
/// @param threshold  the least number of new rows
QualityDecision judge_rows(const std::optional<KnownRows>& before, std::int64_t rows, std::int64_t threshold,
                           std::chrono::sys_seconds now);

/// What counts as one place to log in from: an IPv4 address; of an IPv6 address its first 64 bits (`2001:db8::/64`),
/// for devices change the rest every day.  Other texts are themselves.
std::string network_of(std::string_view address);

}  // namespace wdx::alert
