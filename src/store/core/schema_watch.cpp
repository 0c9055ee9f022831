#include "store/core/schema_watch.hpp"

#include <utility>

#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

namespace wdx::store {
namespace {

constexpr db::Query kReadClockIn{"read_clock_in", "SELECT now() AT TIME ZONE $1"};
constexpr std::string_view kUnknownTimeZone = "22023";  // PostgreSQL manual, appendix A: invalid_parameter_value

std::string find_problem(const CoreSchema& schema) {
    if (const auto missing = schema.missing_needed(); !missing.empty()) {
        const std::string_view what = missing.front().find('.') == std::string::npos ? "table" : "column";
        return fmt::format("The {} {} of watchdxg-core is missing in the database.", what, missing.front());
    }
    for (const std::string_view table : {"accounts", "users"})
        if (schema.unreadable().contains(std::string(table)))
            return fmt::format("The table {} of watchdxg-core must not be read by the server's database role.", table);
    return {};
}

}  // namespace

boost::asio::awaitable<bool> SchemaWatch::knows_time_zone() {
    if (time_zone_.empty()) co_return true;
    db::Batch batch;
    batch.add(kReadClockIn, {time_zone_});
    try {
        co_await pool_.execute(batch);
    } catch (const db::DbError& error) {
        if (error.sqlstate() != kUnknownTimeZone) throw;
        co_return false;
    }
    co_return true;
}

boost::asio::awaitable<void> SchemaWatch::refresh() {
    const bool time_zone_known = co_await knows_time_zone();
    db::Batch batch;
    batch.add(kListCoreColumns, {});
    co_await pool_.execute(batch);
    CoreSchema found(batch.rows(0));
    if (!time_zone_known) found = found.without_local_times();
    if (std::exchange(time_zone_known_, time_zone_known) != time_zone_known) tell_time_zone();
    if (known_ && found == schema_) co_return;
    const bool changed = std::exchange(known_, true);
    schema_ = std::move(found);
    problem_ = find_problem(schema_);
    tell(changed);
}

void SchemaWatch::tell_time_zone() const {
    const std::string text =
        time_zone_known_
            ? fmt::format("WDX_CORE_TIMEZONE: the database knows the time zone {} again", time_zone_)
            : fmt::format(
                  "WDX_CORE_TIMEZONE: the database does not know the time zone {}. Times that the core wrote "
                  "without a zone (last_updated) are left out; `watchdxg-back check` says more",
                  time_zone_);
    spdlog::log(time_zone_known_ ? spdlog::level::info : spdlog::level::err, "{}", text);
    journal_.add(
        {.level = time_zone_known_ ? EntryLevel::info : EntryLevel::error, .kind = entry::kSchema, .message = text});
}

void SchemaWatch::tell(bool changed) const {
    if (!problem_.empty()) {
        spdlog::warn("core schema: {} The data routes answer 503.", problem_);
    } else if (const auto later = schema_.missing_later(); !later.empty()) {
        spdlog::info("core schema: generation {}, without {}", schema_.generation(), fmt::join(later, ", "));
    } else {
        spdlog::info("core schema: generation {}", schema_.generation());
    }
    if (!problem_.empty()) {
        journal_.add({.level = EntryLevel::warning, .kind = entry::kSchema, .message = problem_});
    } else if (changed) {
        journal_.add({.kind = entry::kSchema,
                      .message = fmt::format("the core's tables have changed: generation {}", schema_.generation())});
    }
}

}  // namespace wdx::store
