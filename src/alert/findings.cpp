#include "alert/findings.hpp"

#include <algorithm>

#include <boost/asio/ip/address.hpp>

namespace wdx::alert {
namespace {

constexpr std::chrono::days kWeek{7};

std::optional<double> harmful_share(const DayCounts& counts) {
    if (!counts.harmful || counts.classified.value_or(0) < kLeastClassified) return std::nullopt;
    return static_cast<double>(*counts.harmful) / static_cast<double>(*counts.classified);
}

std::optional<double> followers(const DayCounts& counts) {
    if (!counts.followers) return std::nullopt;
    return static_cast<double>(*counts.followers);
}

/// The change to the last day from that of the days before which `is_worse` than all others.
template <typename Figure, typename IsWorse>
std::optional<Change> worst_change(std::span<const DayCounts> days, Figure figure, IsWorse is_worse) {
    if (days.empty()) return std::nullopt;
    const DayCounts& last = days.back();
    const std::optional<double> to = figure(last);
    std::optional<Change> worst;
    for (const DayCounts& day : days) {
        const std::optional<double> from = figure(day);
        if (!to || !from || day.day >= last.day || day.day < last.day - kWeek) continue;
        if (!worst || is_worse(*from, worst->from)) worst = Change{day.day, *from, *to};
    }
    return worst;
}

// A threshold of 0.05 is reached by 0.15 - 0.1, which is a little less in binary.
constexpr double kRounding = 1e-9;

}  // namespace

std::optional<Change> find_harmful_rise(std::span<const DayCounts> days, double threshold) {
    const auto rise = worst_change(days, &harmful_share, std::less<>());
    if (!rise || rise->to - rise->from < threshold - kRounding) return std::nullopt;
    return rise;
}

std::optional<Change> find_followers_drop(std::span<const DayCounts> days, double threshold) {
    const auto drop = worst_change(days, &followers, std::greater<>());
    if (!drop || drop->from <= 0 || (drop->from - drop->to) / drop->from < threshold - kRounding) return std::nullopt;
    return drop;
}

QualityDecision judge_rows(const std::optional<KnownRows>& before, std::int64_t rows, std::int64_t threshold,
                           std::chrono::sys_seconds now) {
    if (!before) return {{rows, std::nullopt, now}};
    KnownRows next = *before;
    if (next.told) {
        if (rows > *next.told) next.last_at = now;
        next.told = std::max(*next.told, rows);
        if (rows <= next.known) return {{rows, std::nullopt, now}};  // what was told is gone
        // So far ahead it is from before the clock was set back.
        if (std::chrono::abs(now - next.last_at) >= kQualityQuiet) return {{rows, std::nullopt, now}};
        return {next};
    }
    next.known = std::min(next.known, rows);
    if (rows - next.known < threshold) return {next};
    return {{next.known, rows, now}, rows - next.known};
}

std::string network_of(std::string_view address) {
    namespace ip = boost::asio::ip;
    boost::system::error_code none;
    const ip::address parsed = ip::make_address(std::string(address), none);
    if (none || parsed.is_v4()) return std::string(address);
    if (parsed.to_v6().is_v4_mapped()) return ip::make_address_v4(ip::v4_mapped, parsed.to_v6()).to_string();
    constexpr std::size_t kHost = 8;
    ip::address_v6::bytes_type bytes = parsed.to_v6().to_bytes();
    std::fill(bytes.begin() + kHost, bytes.end(), std::uint8_t{0});
    return ip::address_v6(bytes).to_string() + "/64";
}

}  // namespace wdx::alert
