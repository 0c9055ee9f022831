#include "api/lists/accounts.hpp"

#include "api/lists/lists.hpp"
#include "api/lists/routes.hpp"
#include "base/json_writer.hpp"
#include "model/handle.hpp"
#include "rest/error.hpp"

namespace wdx::api {
namespace {

namespace asio = boost::asio;

/// GET /api/accounts/{handle}/ -> 200 {"id","handle"}, or 404.
asio::awaitable<http::Response> retrieve_account(Context& context) {
    const Account account = co_await find_account(context);
    co_return ok(fmt::format(R"({{"id":{},"handle":{}}})", account.id, base::json_string(account.handle)));
}

rest::ApiError no_such_account() {
    return rest::not_found("No XAccount matches the given query.");
}

}  // namespace

// compat: handle case
asio::awaitable<Account> find_account(Context& context) {
    context.require_core_tables();
    const std::string& handle = context.path_values.front();
    if (handle.find('\0') != std::string::npos) throw rest::not_found();
    db::Batch exact;
    const std::size_t same = store::add_find_account(exact, handle);
    co_await context.read(exact);
    if (const auto found = store::read_account(exact.rows(same))) co_return *found;

    const std::string plain = model::plain_handle(handle);
    if (plain.empty()) throw no_such_account();
    db::Batch similar;
    const std::string name = handle.substr(std::min(handle.find_first_not_of('@'), handle.size()));
    const std::size_t other_case = store::add_find_account_ignoring_case(similar, name);
    const std::size_t as_plain = store::add_find_account_as_plain(similar, plain);
    co_await context.read(similar);
    // `NAME` is `name` also where `@name` is stored beside it.
    auto found = store::read_only_account(similar.rows(other_case));
    if (!found && similar.rows(other_case).empty()) found = store::read_only_account(similar.rows(as_plain));
    if (!found) throw no_such_account();
    co_return *std::move(found);
}

std::span<const Route> account_routes() {
    static constexpr std::array kRoutes{
        Route{.verb = Verb::get,
              .pattern = "/api/accounts/",
              .handler = &list_resource,
              .formats = rest::Formats::list,
              .view = "Account List",
              .id = "listAccounts",
              .tag = "accounts",
              .summary = "List the watched X accounts",
              .help = "Every X account that its owner watches.",
              .gives = Gives::list,
              .resource = &model::kAccounts},
        Route{.verb = Verb::get,
              .pattern = "/api/accounts/{handle}/",
              .handler = &retrieve_account,
              .layer = Layer::frozen,
              .view = "X Account Retrieve",
              .id = "retrieveAccount",
              .tag = "accounts",
              .summary = "Retrieve one X account",
              .help =
                  "Finds the account with exactly this handle, or else the only one with it in another case. Leading "
                  "`@`, blanks around it, line breaks and invisible characters are ignored.",
              .answer = "Account",
              .resource = &model::kAccounts},
    };
    return kRoutes;
}

}  // namespace wdx::api
