#pragma once

#include "api/request/bearer.hpp"
#include "db/pool.hpp"
#include "db/replica.hpp"
#include "http/message.hpp"
#include "rest/negotiation.hpp"
#include "rest/url.hpp"
#include "store/core/schema_watch.hpp"
#include "store/journal/journal.hpp"
#include "store/login/operators.hpp"
#include "store/login/tokens.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>

namespace wdx::api {

class EventHub;
class OpenApiDocument;
class StreamWatch;
class WorkPool;
struct AccessServices;
struct AlertServices;
struct EditServices;
struct InsightServices;
struct ListServices;
struct LoginServices;
struct Route;

/// What handlers share, in small groups: each is defined in the folder that uses it, and a handler includes its own.
/// One for the whole program, owned by `app`.  Belongs to the event loop's thread.
struct Services {
    db::Pool& pool;
    db::Replica& replica;  ///< where reports and long lists are read
    store::SchemaWatch& schema;
    store::Journal& journal;
    AccessServices& access;
    LoginServices& login;
    ListServices& lists;
    EditServices& edits;
    InsightServices& insight;
    AlertServices& alerts;
    WorkPool& computations;  ///< whatever computes for long, but password hashes
    EventHub& event_hub;
    StreamWatch& streams;
    OpenApiDocument& openapi;
    std::function<bool()> is_ready;  ///< what `/readyz` says
};

/// One request on its way through a handler.
class Context {
  public:
    Context(const http::Request& request, const rest::Target& target, Services& services)
        : request_(request), query_(target.query), services_(services) {}
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;

    [[nodiscard]] const http::Request& request() const noexcept { return request_; }
    [[nodiscard]] const rest::QueryParams& query() const noexcept { return query_; }
    [[nodiscard]] Services& services() noexcept { return services_; }
    /// The row of the table that the request is served by; of a method that the path does not have, its first row.
    const Route* route = nullptr;
    /// Values of the `{...}` parts of the route, in order.
    std::vector<std::string> path_values{};
    /// The number that `{id}` stands for, where it is the first of them.
    /// @throws ApiError 404 when it is greater than any row's
    [[nodiscard]] std::int64_t path_id() const;
    /// The answer, also a refusal, is of a list of the open layer: set by a frozen route that is asked for one.
    bool is_open_list = false;
    /// What the client wants a list to be written as.
    rest::Format format = rest::Format::json;
    /// A list as CSV begins with a byte order mark.
    bool with_bom = false;

    /// The request has a token whose user is to be looked up with the first read.
    void set_bearer(Bearer bearer) { bearer_ = std::move(bearer); }
    /// The access check has been made, or none is needed.
    void set_access_granted() noexcept { access_granted_ = true; }
    /// Whose token it is, or whose password; of a token that has not been looked up yet, the operator that it claims.
    /// @throws ApiError 401 when it names no operator that could exist
    [[nodiscard]] std::int32_t operator_id() const;
    /// The same; nullopt without credentials, and when the token names no operator that could exist.
    [[nodiscard]] std::optional<std::int32_t> claimed_operator() const noexcept {
        return bearer_ ? bearer_->user_id : std::nullopt;
    }
    /// `jti` of the access token; empty when there is none that can have been recorded.
    [[nodiscard]] std::string_view access_jti() const noexcept { return bearer_ ? bearer_->jti : std::string_view{}; }
    /// @throws ApiError 401 as `operator_id`
    [[nodiscard]] const Bearer& bearer() const;
    /// There is a token, and its user has not been looked up yet.
    [[nodiscard]] bool access_pending() const noexcept { return bearer_.has_value() && !access_granted_; }

    /// Checks the token's user, unless that has been done.
    /// @throws ApiError 401, DbError
    boost::asio::awaitable<void> require_access();

    /// For whom reports and streams are made.
    /// @throws ApiError 401 as `operator_id`
    [[nodiscard]] db::Caller caller() const { return {operator_id(), leave_slot()}; }
    /// Where whatever waits for the database leaves what ends it when the client has left.
    [[nodiscard]] db::LeaveSlot* leave_slot() const noexcept { return &request_.when_client_left; }

    /// Runs reads that are quick, together with the access check, in one round trip.
    /// @throws ApiError 401; DbError
    /// @param work  `read`, or `slow` for a part of a list
    boost::asio::awaitable<void> read(db::Batch& batch, db::Work work = db::Work::read);
    /// Runs reads that may look at many rows, after the access check, when their turn among reports has come.
    /// @throws ApiError 401; DbError
    boost::asio::awaitable<void> report(db::Batch& batch);

    /// Where the request came from, as a session and an entry of the journal record it; the User-Agent is cut to a sane
    /// length.
    [[nodiscard]] store::Origin origin() const;

    /// Reads the catalog again, after a statement did not fit the tables.
    /// @throws ApiError 503 as `require_core_tables`; DbError
    boost::asio::awaitable<void> reread_schema();

    /// @throws ApiError 503 when a table or column that the frozen routes need is known to be missing
    void require_core_tables() const;
    /// @throws ApiError 404 when this generation of the core's schema has no such table; 503 as above
    void require_core_table(std::string_view table) const;

  private:
    void judge(const store::Access& access);

    const http::Request& request_;
    rest::QueryParams query_;
    Services& services_;
    std::optional<Bearer> bearer_;
    bool access_granted_ = false;
};

}  // namespace wdx::api
