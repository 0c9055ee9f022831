#include "store/users.hpp"

#include "api/list_source.hpp"
#include "api/lists.hpp"
#include "api/routes.hpp"
#include "base/unicode.hpp"
#include "rest/error.hpp"
#include "rest/list_query.hpp"
#include "store/row_json.hpp"

namespace wdx::api {
namespace {

namespace asio = boost::asio;

/// Above this many entries the hints are forgotten and learned again.
constexpr std::size_t kMostHints = 4096;
constexpr std::int64_t kAllUsers = 0;

/// The `account_id` parameter, read as Python's int() does: nullopt for no filter.
/// @throws ApiError 400.  compat: account_id
std::optional<base::PythonInt> read_account_id(const rest::QueryParams& query) {
    const std::string* text = query.last("account_id");
    if (text == nullptr || text->empty()) return std::nullopt;
    const auto number = base::parse_python_int(*text);
    if (!number) throw rest::field_error("account_id", "Enter a number.");
    return number;
}

/// users.account_id is a PostgreSQL integer: a number beyond it belongs to nobody.
bool fits_column(const base::PythonInt& number) {
    return number.in_range && number.value >= std::numeric_limits<std::int32_t>::min() &&
           number.value <= std::numeric_limits<std::int32_t>::max();
}

void remember_long_list(Services& services, std::int64_t account) {
    if (services.long_lists.size() >= kMostHints) services.long_lists.clear();
    services.long_lists.insert(account);
}

/// The list of the frozen layer: an array of ten fields ordered by id.  A short one travels with the access check in
/// one round trip; a long one is streamed from a connection of its own.
asio::awaitable<http::Response> list_users_as_ever(Context& context) {
    const auto account = read_account_id(context.query());
    context.require_core_tables();
    if (account && !fits_column(*account)) {
        co_await context.require_access();
        co_return ok("[]");
    }
    Services& services = context.services();
    const std::int64_t hint = account ? account->value : kAllUsers;
    const db::Param id = account ? db::Param(account->value) : db::Param(std::nullopt);
    if (!services.long_lists.contains(hint)) {
        db::Batch batch;
        const std::size_t index =
            account ? batch.add(store::kListUsersOfAccountShort, {id}) : batch.add(store::kListUsersShort, {});
        co_await context.read(batch);
        if (batch.rows(index).size() <= store::kShortListRows) co_return ok(store::render_rows(batch.rows(index)));
        remember_long_list(services, hint);
    }
    co_await context.require_access();

    std::vector<db::Param> params;
    if (account) params.push_back(id);
    const db::Query& query = account ? store::kListUsersOfAccount : store::kListUsers;
    co_return co_await stream_rows(context, query, std::move(params), model::kUsers.name);
}

}  // namespace

/// GET /api/users/?account_id={int} -> 200, a list.  Who asks for nothing that the original did not know gets what the
/// original answered.
asio::awaitable<http::Response> list_users(Context& context) {
    if (context.format == rest::Format::json && !rest::asks_for_more(context.query(), model::kUsers, "account_id"))
        co_return co_await list_users_as_ever(context);
    co_return co_await list_rows(context, model::kUsers);
}

/// GET /api/users/{id}/ -> 200 User with every column that the core's schema has and its classification, or 404.
asio::awaitable<http::Response> retrieve_user(Context& context) {
    co_return co_await retrieve_row(context, model::kUsers);
}

/// GET /api/users/{id}/posts/ -> 200, the list of the user's posts, or 404.
asio::awaitable<http::Response> list_posts_of_user(Context& context) {
    const std::int64_t id = context.path_id();
    context.require_core_table(model::kPosts.table);
    db::Batch batch;
    const std::size_t index = batch.add(store::kFindUserId, {id});
    co_await context.read(batch);
    if (batch.rows(index).empty()) throw rest::not_found("No User matches the given query.");
    co_return co_await list_rows(context, model::kPosts, Narrowing{"user_id", id});
}

}  // namespace wdx::api
