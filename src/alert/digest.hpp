#pragma once

#include "alert/texts.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace wdx::alert {

/// A figure at the beginning and the end of the time.
struct Span {
    std::optional<std::int64_t> from{};
    std::optional<std::int64_t> to{};

    /// 0 where one of them is not known.
    [[nodiscard]] std::int64_t change() const { return from && to ? *to - *from : 0; }
    bool operator==(const Span&) const = default;
};

/// What became of an X account's audience.
struct DigestAccount {
    Account account;
    Span users{};
    Span followers{};
    Span harmful{};
    Span classified{};
    Span posts{};
    std::int64_t new_users = 0;
    std::int64_t gone_users = 0;
    std::int64_t renamed_users = 0;
};

struct DigestFigures {
    bool is_daily = false;
    std::chrono::sys_days from;  ///< the first day, in the operator's time zone
    std::chrono::sys_days to;    ///< the day on which it is made
    std::vector<DigestAccount> accounts{};
    std::int64_t verdicts = 0;      ///< given
    std::int64_t actions_done = 0;  ///< by workers
    std::int64_t actions_failed = 0;
    std::int64_t actions_waiting = 0;   ///< now
    std::int64_t unjudged = 0;          ///< followers and other users without a verdict, now
    std::vector<std::string> alerts{};  ///< texts, the newest first
    std::int64_t alerts_total = 0;
};

/// Nothing happened that is worth a mail.
bool is_quiet(const DigestFigures& figures);

/// The summary, in plain text and as a page.
/// @param link  into the console; empty: none
Said say_digest(const DigestFigures& figures, const std::string& link);

}  // namespace wdx::alert
