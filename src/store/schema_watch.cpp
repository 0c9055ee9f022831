#include "store/schema_watch.hpp"

#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

namespace wdx::store {

boost::asio::awaitable<void> SchemaWatch::refresh() {
    db::Batch batch;
    batch.add(kListCoreColumns, {});
    co_await pool_.execute(batch);
    CoreSchema found(batch.rows(0));
    if (known_ && found == schema_) co_return;
    known_ = true;
    schema_ = std::move(found);
    const auto needed = schema_.missing_needed();
    missing_ = needed.empty() ? std::string{} : needed.front();
    if (!needed.empty()) {
        spdlog::warn("core schema: missing {}; the data routes answer 503", fmt::join(needed, ", "));
    } else if (const auto later = schema_.missing_later(); !later.empty()) {
        spdlog::info("core schema: generation {}, without {}", schema_.generation(), fmt::join(later, ", "));
    } else {
        spdlog::info("core schema: generation {}", schema_.generation());
    }
}

}  // namespace wdx::store
