#pragma once

#include "http/message.hpp"
#include "model/resource.hpp"
#include "rest/body_fields.hpp"
#include "rest/negotiation.hpp"

#include <array>
#include <string_view>

#include <boost/asio/awaitable.hpp>

namespace wdx::api {

class Context;

enum class Verb { get, post, put, patch, del };
enum class Needs { nothing, login };
/// The original's routes, whose answers do not change; ours; and what a load balancer asks, which is answered before
/// anything is checked.
enum class Layer { frozen, open, probe };
/// Which throttle a route has; that of logins counts failed password checks, see `check_credentials`.  A session is
/// begun by POST and refreshed by PUT.
enum class Throttled { login, refresh, session, api };
/// What serving it takes from PostgreSQL.  The classes have connections and queues of their own, and never wait for
/// each other.  Before a report or a stream begins, the token's user has been looked up; a request may do that together
/// with its data.  A list is a request, and raises itself to what it turns out to be (`Context::report`,
/// `stream_rows`).
enum class WorkClass { requests, reports, streams };

/// What a route answers with when all goes well.
enum class Gives {
    object,  ///< the component `answer`
    list,    ///< rows of `resource`, in all shapes and formats of a list
    detail,  ///< one row of `resource` with every column that it has
    nothing  ///< no body
};

/// Answers a request.  @throws ApiError, DbError: the pipeline makes an answer of them
using RouteHandler = boost::asio::awaitable<http::Response> (*)(Context&);

/// One thing that the API does, declared beside its handler.  Matching, `Allow`, OPTIONS, the OpenAPI document, the
/// table of routes in the documentation and the targets of the scans are all made of these rows.  HEAD comes with GET,
/// OPTIONS with everything.  Rows of one path stand together and say the same of it: needs, layer, throttled, view and
/// docstring; `Accept` is negotiated with the formats of the first one.
struct Route {
    Verb verb;
    /// `{name}` stands for one path segment, `{id}` for one of digits, `{name...}` at the end for the rest of the path.
    std::string_view pattern;
    RouteHandler handler;
    Needs needs = Needs::login;
    Layer layer = Layer::open;
    Throttled throttled = Throttled::api;
    WorkClass work = WorkClass::requests;
    rest::Formats formats = rest::Formats::json;
    const rest::Body* body = nullptr;  ///< what is sent; nullptr: nothing is

    // What OPTIONS says of the path, as DRF's SimpleMetadata does.
    std::string_view view;               ///< `User List`, the name of its view
    std::string_view docstring{};        ///< of the original's view
    std::string_view recorded_fields{};  ///< JSON, of the original; empty: made of `body`

    // What the OpenAPI document says besides.
    std::string_view id;       ///< name of the function in generated clients
    std::string_view tag;      ///< chapter of the document
    std::string_view summary;  ///< one line
    std::string_view help;     ///< sentences in Markdown
    Gives gives = Gives::object;
    std::string_view answer{};                     ///< component, for `Gives::object`
    const model::Resource* resource = nullptr;     ///< what it is about: absent with its table
    std::array<unsigned, 3> statuses{200};         ///< when all goes well: the first is the usual one
    std::array<unsigned, 4> refusals{};            ///< beyond those that follow from the rest of the row
    std::array<std::string_view, 3> parameters{};  ///< component parameters, besides those of the path and of lists
    std::array<std::string_view, 2> headers{};     ///< component headers of the answer
    std::string_view media = "application/json";   ///< of the answer, for `Gives::object`
};

/// `GET`
std::string_view name_of(Verb verb);

/// Runs the route's handler, and once more each time when the core's tables turn out not to be as its statements
/// expect: the catalog has been read again by then.  Nothing has been changed by such a statement.  The handler of a
/// report or a stream begins when the access check has been made.
/// @throws ApiError, also 401, and 503 as Context::require_core_tables; DbError
boost::asio::awaitable<http::Response> run_handler(Context& context, const Route& route);

/// A 200 with a JSON body.
http::Response ok(std::string json);
/// A 204.
http::Response no_content();

}  // namespace wdx::api
