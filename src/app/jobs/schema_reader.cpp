#include "app/jobs/schema_reader.hpp"

#include <utility>

#include <spdlog/spdlog.h>

namespace wdx::app {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::milliseconds kInterval{25'000};
constexpr std::chrono::milliseconds kRetry{2'000};  ///< while a table is missing

}  // namespace

SchemaReader::SchemaReader(const asio::any_io_executor& executor, store::SchemaWatch& schema,
                           std::function<bool()> is_up)
    : schema_(schema), is_up_(std::move(is_up)), loop_(executor, [this] { return step(); }) {}

asio::awaitable<void> SchemaReader::run() {
    read_at_ = Clock::now();
    return loop_.run();
}

asio::awaitable<std::chrono::milliseconds> SchemaReader::step() {
    const auto now = Clock::now();
    const bool is_due = now - read_at_ >= (schema_.problem().empty() ? kInterval : kRetry);
    if (!is_due || !is_up_()) co_return kRetry;
    read_at_ = now;
    try {
        co_await schema_.refresh();
    } catch (const db::DbError& error) {
        spdlog::warn("cannot read the core's schema: {}", error.what());
    }
    co_return kRetry;
}

}  // namespace wdx::app
