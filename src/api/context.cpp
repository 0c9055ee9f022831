#include "api/context.hpp"

#include "api/authentication.hpp"
#include "rest/error.hpp"

namespace wdx::api {
namespace {

namespace asio = boost::asio;
constexpr std::chrono::seconds kSchemaRetry{30};

}  // namespace

void Context::judge(const store::Access& access) {
    if (!access.exists) throw user_not_found();
    if (!access.is_active) throw user_inactive();
    const auto issued_at = bearer_->issued_at;
    const bool cut_off = access.not_before && (!issued_at || *issued_at <= *access.not_before);
    if (cut_off) throw token_not_valid(auth::TokenFault::invalid);
    access_granted_ = true;
}

/// @throws ApiError 401 when the token names nobody who could exist
std::int32_t Context::user_id() const {
    if (!bearer_ || !bearer_->user_id) throw user_not_found();
    return *bearer_->user_id;
}

asio::awaitable<void> Context::require_access() {
    if (access_granted_) co_return;
    db::Batch batch;
    const std::size_t index = store::TokenStore::add_access_check(batch, user_id());
    co_await services_.pool.execute(batch);
    judge(store::TokenStore::read_access(batch.rows(index)));
}

asio::awaitable<void> Context::read(db::Batch& batch) {
    std::optional<std::size_t> access;
    if (!access_granted_) access = store::TokenStore::add_access_check(batch, user_id());
    bool stale = false;
    try {
        co_await services_.pool.execute(batch);
    } catch (const db::DbError& error) {
        if (!error.is_schema_mismatch()) throw;
        stale = true;
    }
    if (stale) {
        co_await services_.schema.refresh();
        require_core_tables();
        co_await services_.pool.execute(batch);
    }
    if (access) judge(store::TokenStore::read_access(batch.rows(*access)));
}

void Context::require_core_tables() const {
    const std::string& missing = services_.schema.missing();
    if (missing.empty()) return;
    const std::string_view what = missing.find('.') == std::string::npos ? "table" : "column";
    throw rest::unavailable(kSchemaRetry,
                            fmt::format("The {} {} of watchdxg-core is missing in the database.", what, missing));
}

}  // namespace wdx::api
