#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include <spdlog/common.h>

namespace wdx::base {

struct LogOptions {
    bool json = false;  ///< one JSON object a line instead of text for people
    spdlog::level::level_enum level = spdlog::level::info;
    std::filesystem::path file;  ///< empty: standard error
    bool access = true;          ///< a line for each request
};

/// Sets up spdlog's default logger, which every part of the program writes to (`spdlog::info(...)`).  Warnings and
/// errors are written at once, the rest with the next `flush_log` (the event loop calls it several times a second).
/// Line breaks and control characters in messages are escaped: a log line is always one line.
/// @throws spdlog::spdlog_ex when the file cannot be opened
void setup_log(const LogOptions& options);

/// Closes the log file and opens it again under its name (SIGHUP, after logrotate moved it).  Standard error: nothing.
/// @throws spdlog::spdlog_ex when it cannot be opened; the old file then stays in use
void reopen_log();

void flush_log();

/// What the access log says about one answer.
struct AccessEntry {
    std::string_view request_id;
    std::string_view address;  ///< the peer's; empty for a unix socket
    std::string_view method;
    std::string_view target;  ///< as sent, before decoding; its query is not logged: it may hold what people search for
    unsigned status = 0;
    std::uint64_t bytes = 0;  ///< of the body
    double milliseconds = 0;
};

/// Writes a line of the access log, if it is on.
void log_access(const AccessEntry& entry);

}  // namespace wdx::base
