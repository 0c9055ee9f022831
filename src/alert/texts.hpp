#pragma once

#include "alert/findings.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

namespace wdx::alert {

/// What an alert says.
struct Said {
    std::string_view kind;
    std::string text;
    boost::json::object data;  ///< the figures behind the text
    std::string html{};        ///< of a digest
};

/// An X account.
struct Account {
    std::int64_t id = 0;
    std::string handle;  ///< foreign; safe_text
};

/// A group of users that look alike.
struct Wave {
    std::string id;
    std::string kind;   ///< `template`, `bio`
    std::string month;  ///< in which they joined: `2024-05`
    std::int64_t size = 0;
    double expected = 0;  ///< by chance
};

/// Planned actions that no worker takes.
struct StuckQueue {
    Account account;  ///< id -1: of users without one
    std::string action_type;
    std::int64_t waiting = 0;
    std::chrono::sys_seconds oldest{};  ///< since when it could have been taken
};

/// What the log says.
struct LogEntry {
    std::string operator_name;  ///< may be empty
    std::string address;        ///< may be empty
    std::string time;           ///< as the API shows it
    std::string message;        ///< may be empty
};

/// @param waves  new ones, at least one, the largest first
Said say_new_waves(const Account& account, const std::vector<Wave>& waves);
Said say_harmful_rise(const Account& account, const Change& change);
Said say_followers_drop(const Account& account, const Change& change);
Said say_core_silent(std::chrono::sys_seconds last_scrape, std::chrono::sys_seconds now);
/// @param handle  empty: about rows of no account
Said say_faulty_rows(const Account& account, std::string_view check, std::string_view title, std::int64_t rows,
                     std::int64_t newly);
Said say_queue_stuck(const StuckQueue& queue, std::chrono::sys_seconds now);
Said say_new_login_address(const LogEntry& entry);
Said say_refresh_reuse(const LogEntry& entry);
Said say_backup_failed(const LogEntry& entry);
Said say_test();

/// `2026-11-30`
std::string day_text(std::chrono::sys_days day);

}  // namespace wdx::alert
