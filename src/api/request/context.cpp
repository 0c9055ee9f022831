#include "api/request/context.hpp"

#include "api/request/authentication.hpp"
#include "base/unicode.hpp"
#include "rest/error.hpp"

#include <charconv>

namespace wdx::api {
namespace {

namespace asio = boost::asio;
constexpr std::chrono::seconds kSchemaRetry{30};
constexpr std::size_t kLongestUserAgent = 300;  ///< bytes; what browsers send has about 120

}  // namespace

void Context::judge(const store::Access& access) {
    // A token that is refused is nobody's: it is not looked up again.
    std::optional<Bearer> bearer = std::exchange(bearer_, std::nullopt);
    if (!access.exists) throw user_not_found();
    if (!access.is_active) throw user_inactive();
    if (access.session_ended || store::is_cut_off(bearer->issued_at, access.not_before))
        throw token_not_valid(auth::TokenFault::invalid);
    bearer_ = std::move(bearer);
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

store::Origin Context::origin() const {
    std::string agent = request_.header("User-Agent");
    if (!base::is_utf8(agent)) agent = base::latin1_to_utf8(agent);
    if (agent.size() > kLongestUserAgent) {
        std::size_t end = kLongestUserAgent;
        while (end > 0 && (static_cast<unsigned char>(agent[end]) & 0xC0U) == 0x80) --end;  // not within a character
        agent.resize(end);
    }
    return {.address = request_.client_address, .user_agent = std::move(agent), .request_id = request_.id};
}

asio::awaitable<void> Context::require_access() {
    if (access_granted_) co_return;
    db::Batch nothing_else;
    co_await read(nothing_else);
}

asio::awaitable<void> Context::read(db::Batch& batch, db::Work work) {
    std::optional<std::size_t> access;
    if (!access_granted_) access = store::TokenStore::add_access_check(batch, operator_id(), access_jti());
    co_await services_.pool.execute(batch, work, leave_slot());
    if (access) judge(store::TokenStore::read_access(batch.rows(*access)));
}

asio::awaitable<void> Context::report(db::Batch& batch) {
    co_await require_access();
    auto reading = [&batch, caller = caller()](db::Pool& pool) { return pool.execute_report(batch, caller); };
    co_await services_.replica.read(std::move(reading));
}

asio::awaitable<void> Context::reread_schema() {
    services_.pool.forget_prepared();
    services_.replica.forget_prepared();
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
