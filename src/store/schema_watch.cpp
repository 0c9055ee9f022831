#include "store/schema_watch.hpp"

#include <utility>

#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

namespace wdx::store {
namespace {

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

boost::asio::awaitable<void> SchemaWatch::refresh() {
    db::Batch batch;
    batch.add(kListCoreColumns, {});
    co_await pool_.execute(batch);
    CoreSchema found(batch.rows(0));
    if (known_ && found == schema_) co_return;
    const bool changed = std::exchange(known_, true);
    schema_ = std::move(found);
    problem_ = find_problem(schema_);
    tell(changed);
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
        events_.add({.level = LogLevel::warning, .event = event::kSchema, .message = problem_});
    } else if (changed) {
        events_.add({.event = event::kSchema,
                     .message = fmt::format("the core's tables have changed: generation {}", schema_.generation())});
    }
}

}  // namespace wdx::store
