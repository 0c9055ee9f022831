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

/// Waits for the last lines when it ends, as `finish_log` does: for whoever sets up the log.
class LogGuard {
  public:
    LogGuard() = default;
    ~LogGuard();
    LogGuard(const LogGuard&) = delete;
    LogGuard& operator=(const LogGuard&) = delete;
};

/// Sets up spdlog's default logger, which every part of the program writes to (`spdlog::info(...)`).  A thread of its
/// own writes the lines: warnings and errors at once, the rest with the next `flush_log` (the event loop calls it
/// several times a second).  When nobody reads them, lines are lost and counted, and the log says how many.
/// Line breaks and control characters in messages are escaped: a log line is always one line.
/// @throws std::exception when the file cannot be opened
void setup_log(const LogOptions& options);

/// Closes the log file and opens it again under its name (SIGHUP, after logrotate moved it).  Standard error: nothing.
/// @throws std::exception when it cannot be opened; the old file then stays in use
void reopen_log();

/// Writes the lines that wait, without waiting for that.
void flush_log();
/// Waits until all lines are written, but not for long: nobody may be there to read them.
void finish_log();

/// How many lines could not be written.
std::uint64_t lost_log_lines();

/// What the access log says about one answer.
struct AccessEntry {
    std::string_view request_id;
    std::string_view address;  ///< the peer's; empty for a unix socket
    std::string_view method;
    std::string_view target;  ///< as sent, before decoding; its query is not logged: it may hold what people search for
    unsigned status = 0;
    std::uint64_t bytes = 0;  ///< of the body, as far as it was sent
    double milliseconds = 0;
    bool is_whole = true;  ///< false: the client did not get all of the answer
};

/// Writes a line of the access log, if it is on.
void log_access(const AccessEntry& entry);

}  // namespace wdx::base
