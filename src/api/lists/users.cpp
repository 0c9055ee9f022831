#include "api/lists/users.hpp"

#include "api/lists/list_services.hpp"
#include "api/lists/list_source.hpp"
#include "api/lists/lists.hpp"
#include "api/lists/routes.hpp"
#include "base/unicode.hpp"
#include "rest/error.hpp"
#include "rest/list_query.hpp"
#include "store/core/row_json.hpp"
#include "store/core/users.hpp"

namespace wdx::api {
namespace {

namespace asio = boost::asio;

constexpr std::string_view kAllUsers = "users";  ///< as a key of hints

/// The `account_id` parameter, read as Python's int() does: nullopt for no filter.
/// @throws ApiError 400.  compat: account_id
std::optional<base::PythonInt> read_account_id(const rest::QueryParams& query) {
    const std::string* text = query.last("account_id");
    if (text == nullptr || text->empty()) return std::nullopt;
    const auto number = base::parse_python_int(*text);
    if (!number) throw rest::field_error("account_id", "Enter a number.");
    return number;
}

/// users.account_id is a PostgreSQL integer: a number beyond it belongs to no account.
bool fits_column(const base::PythonInt& number) {
    return number.in_range && number.value >= std::numeric_limits<std::int32_t>::min() &&
           number.value <= std::numeric_limits<std::int32_t>::max();
}

/// However the number is spelled.
ListHints::Key hint_key(const std::optional<base::PythonInt>& account) {
    return account ? std::hash<std::int64_t>()(account->value) : ListHints::key_of(kAllUsers);
}

/// The list of the frozen layer: an array of ten fields ordered by id.  One that is known to be short travels with the
/// access check in one round trip; a long one is streamed from a connection of its own.
asio::awaitable<http::Response> list_users_as_original(Context& context) {
    const auto account = read_account_id(context.query());
    context.require_core_tables();
    if (account && !fits_column(*account)) {
        co_await context.require_access();
        co_return ok("[]");
    }
    ListHints& hints = context.services().lists.hints;
    const ListHints::Key key = hint_key(account);
    const db::Param id = account ? db::Param(account->value) : db::Param(std::nullopt);
    const std::optional<bool> was_long = hints.is_long(key);
    if (was_long.value_or(true)) co_await context.require_access();
    if (!was_long.value_or(false)) {
        db::Batch batch;
        const std::size_t index =
            account ? batch.add(store::kListUsersOfAccountShort, {id}) : batch.add(store::kListUsersShort, {});
        co_await context.read(batch);
        const bool is_long = batch.rows(index).size() > store::kShortListRows;
        hints.remember(key, is_long);
        if (!is_long) co_return ok(store::render_rows(batch.rows(index)));
    }

    std::vector<db::Param> params;
    if (account) params.push_back(id);
    const db::Query& query = account ? store::kListUsersOfAccount : store::kListUsers;
    co_return co_await stream_rows(context, query, std::move(params), model::kUsers.name, key);
}

/// GET /api/users/?account_id={int} -> 200, a list.  A request that asks for nothing new gets what the original
/// answered.
asio::awaitable<http::Response> list_users(Context& context) {
    if (context.format == rest::Format::json && !rest::asks_for_more(context.query(), model::kUsers, "account_id"))
        co_return co_await list_users_as_original(context);
    co_return co_await list_rows(context, model::kUsers);
}

/// GET /api/users/{id}/posts/ -> 200, a list of the user's posts, or 404.
asio::awaitable<http::Response> list_posts_of_user(Context& context) {
    const std::int64_t id = context.path_id();
    context.require_core_table(model::kPosts.table);
    db::Batch batch;
    const std::size_t index = batch.add(store::kFindUserId, {id});
    co_await context.read(batch);
    if (batch.rows(index).empty()) throw no_such_user();
    co_return co_await list_rows(context, model::kPosts, Narrowing{"user_id", id});
}

}  // namespace

rest::ApiError no_such_user() {
    return rest::not_found("No User matches the given query.");
}

rest::ApiError unknown_user_ids(std::string_view ids, std::int64_t count) {
    const std::int64_t more = count - store::kMostUnknownIds;
    return rest::field_error("user_ids",
                             fmt::format("Unknown ids: {}{}.", ids, more > 0 ? fmt::format(" and {} more", more) : ""));
}

std::span<const Route> user_routes() {
    static constexpr std::array kRoutes{
        Route{.verb = Verb::get,
              .pattern = "/api/users/",
              .handler = &list_users,
              .layer = Layer::frozen,
              .formats = rest::Formats::list,
              .view = "X User List",
              .id = "listUsers",
              .tag = "users",
              .summary = "List X users",
              .help = "X users that watchdxg-core has seen, of all accounts, or of one with `account_id`.",
              .gives = Gives::list,
              .resource = &model::kUsers},
        Route{.verb = Verb::get,
              .pattern = "/api/users/{id}/",
              .handler = &retrieve_resource,
              .view = "User Instance",
              .id = "retrieveUser",
              .tag = "users",
              .summary = "Retrieve one X user",
              .help = "Every field that the core's tables have, and the verdict.",
              .gives = Gives::detail,
              .resource = &model::kUsers},
        Route{.verb = Verb::get,
              .pattern = "/api/users/{id}/posts/",
              .handler = &list_posts_of_user,
              .formats = rest::Formats::list,
              .view = "Post List",
              .id = "listPostsOfUser",
              .tag = "posts",
              .summary = "List the posts of an X user",
              .help = "Posts seen in the timeline of one user.",
              .gives = Gives::list,
              .resource = &model::kPosts},
    };
    return kRoutes;
}

}  // namespace wdx::api
