#pragma once

#include "api/context.hpp"
#include "http/message.hpp"
#include "rest/negotiation.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wdx::api {

enum class Verb { get, post, put, patch, del };
enum class Needs { nothing, login };
/// The original's routes, whose answers do not change, and ours.
enum class Layer { frozen, open };
/// Which throttle a route has; that of logins counts failed password checks, see `check_credentials`.
enum class Throttled { login, refresh, api };

using RouteHandler = boost::asio::awaitable<http::Response> (*)(Context&);

/// One thing that the API does.  HEAD comes with GET, OPTIONS with everything.  What the OpenAPI document says besides
/// stands in operations.cpp.
struct Route {
    Verb verb;
    std::string_view pattern;  ///< `{name}` stands for one path segment, `{id}` for one of digits
    RouteHandler handler;
    Needs needs;
    std::string_view summary;
    Layer layer = Layer::open;
    Throttled throttled = Throttled::api;         ///< the same for all routes of a path
    rest::Formats formats = rest::Formats::json;  ///< the same for all routes of a path
};

/// What OPTIONS says of a path, as DRF's SimpleMetadata does: the original's view names and docstrings.
struct Metadata {
    std::string_view pattern;
    std::string_view name;
    std::string_view description;  ///< a JSON string
    std::string_view actions;      ///< a JSON object, empty when there is none
};

/// Every route of the program, in one table.
std::span<const Route> all_routes();
std::span<const Metadata> all_metadata();

/// The routes of one path.
struct Match {
    std::vector<const Route*> routes;
    const Metadata* metadata = nullptr;
    std::vector<std::string> values;  ///< of the `{...}` parts

    [[nodiscard]] Needs needs() const { return routes.front()->needs; }
    [[nodiscard]] Layer layer() const { return routes.front()->layer; }
    [[nodiscard]] Throttled throttled() const { return routes.front()->throttled; }
    [[nodiscard]] rest::Formats formats() const { return routes.front()->formats; }
    /// @return the route that serves the method, HEAD being served by GET's; nullptr when there is none
    [[nodiscard]] const Route* find(std::string_view method) const;
    /// `GET, HEAD, OPTIONS`
    [[nodiscard]] std::string allow() const;
};

/// @param path  decoded, with its slash
std::optional<Match> match_route(std::string_view path);

/// The body of an OPTIONS answer.
std::string render_metadata(const Metadata& metadata);

/// A 200 with a JSON body.
http::Response ok(std::string json);
/// A 204.
http::Response no_content();

// The handlers, each in the file of its resource.
boost::asio::awaitable<http::Response> obtain_token(Context& context);
boost::asio::awaitable<http::Response> refresh_token(Context& context);
boost::asio::awaitable<http::Response> verify_token(Context& context);
boost::asio::awaitable<http::Response> blacklist_token(Context& context);
boost::asio::awaitable<http::Response> retrieve_account(Context& context);
boost::asio::awaitable<http::Response> list_accounts(Context& context);
boost::asio::awaitable<http::Response> retrieve_statistics(Context& context);
boost::asio::awaitable<http::Response> list_history(Context& context);
boost::asio::awaitable<http::Response> list_changes(Context& context);

boost::asio::awaitable<http::Response> retrieve_calibration(Context& context);
boost::asio::awaitable<http::Response> list_cohorts(Context& context);
boost::asio::awaitable<http::Response> list_triage(Context& context);
boost::asio::awaitable<http::Response> list_data_quality(Context& context);
boost::asio::awaitable<http::Response> retrieve_report(Context& context);
boost::asio::awaitable<http::Response> create_report(Context& context);
boost::asio::awaitable<http::Response> list_users(Context& context);
boost::asio::awaitable<http::Response> retrieve_user(Context& context);
boost::asio::awaitable<http::Response> list_posts_of_user(Context& context);
boost::asio::awaitable<http::Response> retrieve_signals(Context& context);
boost::asio::awaitable<http::Response> describe_signals(Context& context);
boost::asio::awaitable<http::Response> list_posts(Context& context);
boost::asio::awaitable<http::Response> retrieve_post(Context& context);
boost::asio::awaitable<http::Response> list_classifications(Context& context);
boost::asio::awaitable<http::Response> list_actions(Context& context);
boost::asio::awaitable<http::Response> retrieve_action(Context& context);
boost::asio::awaitable<http::Response> list_sessions(Context& context);
boost::asio::awaitable<http::Response> retrieve_session(Context& context);
boost::asio::awaitable<http::Response> destroy_session(Context& context);
boost::asio::awaitable<http::Response> destroy_other_sessions(Context& context);
boost::asio::awaitable<http::Response> retrieve_me(Context& context);
boost::asio::awaitable<http::Response> change_my_password(Context& context);
boost::asio::awaitable<http::Response> list_logs(Context& context);
boost::asio::awaitable<http::Response> stream_events(Context& context);
boost::asio::awaitable<http::Response> retrieve_classification(Context& context);
boost::asio::awaitable<http::Response> update_classification(Context& context);
boost::asio::awaitable<http::Response> partial_update_classification(Context& context);
boost::asio::awaitable<http::Response> destroy_classification(Context& context);
boost::asio::awaitable<http::Response> create_classifications(Context& context);
boost::asio::awaitable<http::Response> create_actions(Context& context);
boost::asio::awaitable<http::Response> partial_update_action(Context& context);
boost::asio::awaitable<http::Response> destroy_action(Context& context);
boost::asio::awaitable<http::Response> retrieve_schema(Context& context);
boost::asio::awaitable<http::Response> show_docs(Context& context);
boost::asio::awaitable<http::Response> show_docs_file(Context& context);

}  // namespace wdx::api
