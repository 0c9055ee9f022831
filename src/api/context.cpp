#include "api/context.hpp"

#include "api/authentication.hpp"
#include "rest/error.hpp"

#include <charconv>

namespace wdx::api {
namespace {

namespace asio = boost::asio;
constexpr std::chrono::seconds kSchemaRetry{30};
constexpr int kReadTries = 3;

}  // namespace

void Context::judge(const store::Access& access) {
    if (!access.exists) throw user_not_found();
    if (!access.is_active) throw user_inactive();
    if (access.session_ended || store::is_cut_off(bearer_->issued_at, access.not_before))
        throw token_not_valid(auth::TokenFault::invalid);
    access_granted_ = true;
}

std::int32_t Context::operator_id() const {
    return *bearer().user_id;
}

const Bearer& Context::bearer() const {
    if (!bearer_ || !bearer_->user_id) throw user_not_found();
    return *bearer_;
}

std::int64_t Context::path_id() const {
    const std::string& digits = path_values.front();
    std::int64_t id = 0;
    const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), id);
    if (error != std::errc() || stop != digits.data() + digits.size()) throw rest::not_found();
    return id;
}

asio::awaitable<void> Context::require_access() {
    if (access_granted_) co_return;
    db::Batch nothing_else;
    co_await read(nothing_else);
}

asio::awaitable<void> Context::read(db::Batch& batch, db::Work work) {
    std::optional<std::size_t> access;
    if (!access_granted_) access = store::TokenStore::add_access_check(batch, operator_id(), access_jti());
    for (int tries = 1; !co_await try_read(batch, work, tries == kReadTries); ++tries) co_await reread_schema();
    if (access) judge(store::TokenStore::read_access(batch.rows(*access)));
}

/// @return false when the statements do not fit the tables any more and `last` is not set
asio::awaitable<bool> Context::try_read(db::Batch& batch, db::Work work, bool last) {
    try {
        co_await services_.pool.execute(batch, work);
        co_return true;
    } catch (const db::DbError& error) {
        if (last || !error.is_schema_mismatch()) throw;
    }
    co_return false;
}

asio::awaitable<void> Context::reread_schema() {
    services_.pool.forget_prepared();
    co_await services_.schema.refresh();
    require_core_tables();
}

void Context::require_core_tables() const {
    if (!services_.schema.problem().empty()) throw rest::unavailable(kSchemaRetry, services_.schema.problem());
}

void Context::require_core_table(std::string_view table) const {
    require_core_tables();
    const store::SchemaWatch& schema = services_.schema;
    if (schema.schema().unreadable().contains(std::string(table)))
        throw rest::unavailable(
            kSchemaRetry,
            fmt::format("The table {} of watchdxg-core must not be read by the server's database role.", table));
    if (schema.is_known() && !schema.schema().has(table))
        throw rest::not_found(
            fmt::format("The core's schema here ({}) has no table {}.", schema.schema().generation(), table));
}

}  // namespace wdx::api
