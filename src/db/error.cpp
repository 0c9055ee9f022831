#include "db/error.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace wdx::db {
namespace {

using namespace std::string_view_literals;

// Trying later may help: the server is stopping, crashed, starting or a standby, it dropped the idle session, the
// statement ran into its timeout, or it lost against another one, or waited for its lock for too long.
constexpr std::array kUnavailableStates{"57P01"sv, "57P02"sv, "57P03"sv, "57P05"sv, "57014"sv,
                                        "25006"sv, "40001"sv, "40P01"sv, "55P03"sv};
// 26000: a prepared statement that a pooler's other server does not have.
// 42P05: it has that name already, which a pooler may cause as well.  42501: the table is another one's now.  22023: a
// time zone is not known any more.
constexpr std::array kSchemaStates{"42P01"sv, "42703"sv, "0A000"sv, "26000"sv, "42P05"sv, "42501"sv, "22023"sv};
constexpr std::string_view kConnectionClass = "08";
constexpr std::string_view kResourcesClass = "53";  // no connection, memory or disk left

template <std::size_t Size>
bool contains(const std::array<std::string_view, Size>& list, std::string_view state) {
    return std::find(list.begin(), list.end(), state) != list.end();
}

// libpq ends its messages with a line break and may put several lines into one.
std::string one_line(std::string text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
    std::replace(text.begin(), text.end(), '\n', ' ');
    return text;
}

}  // namespace

DbError::DbError(std::string sqlstate, std::string statement, std::string message)
    : sqlstate_(std::move(sqlstate)), statement_(std::move(statement)), message_(one_line(std::move(message))) {
    unavailable_ = sqlstate_.starts_with(kConnectionClass) || sqlstate_.starts_with(kResourcesClass) ||
                   contains(kUnavailableStates, sqlstate_);
    what_ = statement_ + ": " + message_;
    if (!sqlstate_.empty()) what_ += " (SQLSTATE " + sqlstate_ + ")";
}

DbError DbError::unavailable(std::string statement, std::string message, bool outcome_unknown) {
    DbError error({}, std::move(statement), std::move(message));
    error.unavailable_ = true;
    error.outcome_unknown_ = outcome_unknown;
    return error;
}

DbError DbError::abandoned(std::string statement) {
    DbError error = unavailable(std::move(statement), "the client has left", false);
    error.abandoned_ = true;
    return error;
}

DbError DbError::busy(const std::string& work) {
    DbError error = unavailable(work, "Too many " + work + " at once, try again later.", false);
    error.busy_ = true;
    return error;
}

bool DbError::is_unavailable() const noexcept {
    return unavailable_;
}

bool DbError::is_timeout() const noexcept {
    return sqlstate_ == "57014";
}

bool DbError::is_untranslatable() const noexcept {
    return sqlstate_ == "22P05";
}

bool DbError::is_schema_mismatch() const noexcept {
    return contains(kSchemaStates, sqlstate_);
}

}  // namespace wdx::db
