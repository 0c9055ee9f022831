#pragma once

#include "config/config.hpp"
#include "db/session.hpp"

#include <functional>
#include <ostream>
#include <stdexcept>
#include <string>
#include <string_view>

/// What the commands that touch the database share: exit codes, the connection, and how a failure is told.
namespace wdx::cli {

// The exit codes of every command; docs/commands.md explains them.
inline constexpr int kDone = 0;
inline constexpr int kRefused = 1;      ///< refused, pending, or something is wrong
inline constexpr int kUsage = 2;        ///< wrong options or settings
inline constexpr int kUnavailable = 3;  ///< the database cannot be reached

/// Ends a command with a message for the operator.
class CommandError : public std::runtime_error {
  public:
    CommandError(int exit_code, const std::string& message) : std::runtime_error(message), exit_code_(exit_code) {}
    [[nodiscard]] int exit_code() const noexcept { return exit_code_; }

  private:
    int exit_code_;
};

/// Runs a command and turns its exceptions into a line on `err` and an exit code.
int run_command(std::ostream& err, const std::function<int()>& body);

/// @throws CommandError (kUsage) when WDX_DATABASE_URL is missing or malformed
/// @throws DbError (`is_unavailable()`)
db::Session connect(const config::Config& config);

/// As above, to the database that was given in another place.
/// @param url       may be malformed
/// @param given_as  for the message
db::Session connect(const config::Config& config, const std::string& url, std::string_view given_as);

/// @throws CommandError (kRefused) naming what is pending
/// @throws MigrationError, DbError
void require_migrated(db::Session& session);

}  // namespace wdx::cli
