#pragma once

#include "api/hash_pool.hpp"
#include "api/metrics.hpp"
#include "api/openapi.hpp"
#include "api/throttles.hpp"
#include "auth/token.hpp"
#include "http/message.hpp"
#include "model/signals.hpp"
#include "rest/negotiation.hpp"
#include "rest/url.hpp"
#include "store/actions.hpp"
#include "store/classifications.hpp"
#include "store/event_log.hpp"
#include "store/operators.hpp"
#include "store/schema_watch.hpp"
#include "store/sessions.hpp"
#include "store/tokens.hpp"

#include <unordered_map>
#include <unordered_set>

namespace wdx::api {

class EventHub;

/// The tokens of a rotation: what a refresh answers.
struct RotatedTokens {
    auth::IssuedToken refresh;
    auth::IssuedToken access;
};

/// What handlers share; one for the whole program, owned by `app`.  Belongs to the event loop's thread.
struct Services {
    db::Pool& pool;
    store::TokenStore& tokens;
    store::SessionStore& sessions;
    store::OperatorStore& operators;
    store::ClassificationStore& classifications;
    store::ActionStore& actions;
    store::SchemaWatch& schema;
    store::EventLog& events;
    EventHub& event_hub;
    HashPool& hashes;
    const auth::SigningKey& key;
    auth::Lifetimes lifetimes;
    Throttles& throttles;
    Metrics& metrics;
    bool basic_auth = false;
    std::chrono::seconds refresh_grace{0};
    bool revoke_on_reuse = false;
    std::chrono::seconds session_max_age{0};  ///< zero: none
    model::SignalWeights signal_weights{};
    std::string core_timezone{};  ///< in which the core wrote timestamps without zone; empty: the database's own
    /// Accounts whose list of users was long last time (0: all users), so that it is streamed at once.  Only a hint: a
    /// wrong one costs time, nothing else.
    std::unordered_set<std::int64_t> long_lists{};
    OpenApiDocument openapi{};
    /// Rotations that were answered 503 because nobody knew whether they had been committed, by the jti of the token
    /// that was presented: shown again, it gets the same successor, so that an outage logs nobody out.
    std::unordered_map<std::string, RotatedTokens> lost_rotations{};
};

/// Who sent the request, as far as that is known without the database.
struct Bearer {
    std::optional<std::int32_t> user_id;
    std::optional<base::UnixTime> issued_at;
    std::optional<base::UnixTime> expires_at{};  ///< nullopt for a password
    std::string jti{};                           ///< empty when the token has none that can have been recorded
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
    /// Values of the `{...}` parts of the route, in order.
    std::vector<std::string> path_values{};
    /// The number that `{id}` stands for, where it is the first of them.
    /// @throws ApiError 404 when it is greater than any row's
    [[nodiscard]] std::int64_t path_id() const;
    /// The answer, also a refusal, is of a list of the open layer: set by a frozen route that is asked for one.
    bool is_open_list = false;
    /// What the client wants a list to be written as.
    rest::Format format = rest::Format::json;

    /// The request has a token whose user is to be looked up with the first read.
    void set_bearer(Bearer bearer) { bearer_ = std::move(bearer); }
    /// The access check has been made, or none is needed.
    void set_access_granted() noexcept { access_granted_ = true; }
    /// Whose token it is, or whose password; of a token that has not been looked up yet, whom it claims.
    /// @throws ApiError 401 when it names nobody who could exist
    [[nodiscard]] std::int32_t operator_id() const;
    /// The same; nullopt without credentials, and when the token names nobody who could exist.
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

    /// Runs reads together with the access check, in one round trip.  When a table or column is not what the
    /// statements expect, the catalog is read again and the reads are tried once more.
    /// @throws ApiError 401; 503 naming a missing table or column of the core; DbError
    /// @param work  `read`, or `report` when it may look at many rows
    boost::asio::awaitable<void> read(db::Batch& batch, db::Work work = db::Work::read);

    /// Reads the catalog again, after a statement did not fit the tables.
    /// @throws ApiError 503 as `require_core_tables`; DbError
    boost::asio::awaitable<void> reread_schema();

    /// @throws ApiError 503 when a table or column that the frozen routes need is known to be missing
    void require_core_tables() const;
    /// @throws ApiError 404 when this generation of the core's schema has no such table; 503 as above
    void require_core_table(std::string_view table) const;

  private:
    boost::asio::awaitable<bool> try_read(db::Batch& batch, db::Work work, bool last);
    void judge(const store::Access& access);

    const http::Request& request_;
    rest::QueryParams query_;
    Services& services_;
    std::optional<Bearer> bearer_;
    bool access_granted_ = false;
};

}  // namespace wdx::api
