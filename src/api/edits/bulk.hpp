#pragma once

#include "api/request/context.hpp"
#include "rest/error.hpp"
#include "rest/fields.hpp"
#include "store/edits/chosen_users.hpp"

#include <optional>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

namespace wdx::api {

// What bulk writes share: the users are named, or chosen by a filter; a dry run says what would happen.

inline constexpr std::size_t kLongestFilter = 100'000;  ///< characters

inline constexpr rest::BodyField kFilter{
    .name = "filter",
    .type = rest::BodyType::nullable_text,
    .most = kLongestFilter,
    .help = "Instead of `user_ids`: a query string of `/api/users/`, for example `account_id=1&rank__gte=0.95`."};
inline constexpr rest::BodyField kDryRun{
    .name = "dry_run", .type = rest::BodyType::boolean, .help = "Counts the users and writes nothing."};
inline constexpr rest::BodyField kExpectedCount{
    .name = "expected_count",
    .type = rest::BodyType::integer,
    .help = "How many users there are; with another number nothing is written. Required with `filter`."};

/// Whom a body names.
struct BulkFields {
    std::vector<std::int64_t> user_ids{};
    std::optional<std::string> filter{};
    bool dry_run = false;
    std::optional<std::int64_t> expected_count{};

    /// How many users are written, as far as it is known yet; zero: not known.
    [[nodiscard]] std::size_t users() const;
};
/// Reads `user_ids` or `filter`, `dry_run`, `expected_count`; what is wrong is noted.
/// @param may_be_absent  there is another way to name a user: neither is no fault
BulkFields read_bulk_fields(rest::FieldReader& fields, bool may_be_absent = false);

/// The users of a write.  Those of a filter are counted before, among the reports, so that a wrong filter costs no
/// writer anything; the write counts them again.
/// @throws ApiError 400 for what is no filter of /api/users/, and for more users than `bulk_limit`; 409 when there are
///         others than expected; DbError
boost::asio::awaitable<store::ChosenUsers> choose_users(Context& context, const BulkFields& bulk);

/// The parts of a dry run, for a write that has to say more: the users, without the count that is expected; how many
/// they are; the answer.
/// @throws as `preview`
boost::asio::awaitable<store::ChosenUsers> read_users_of(Context& context, const BulkFields& bulk);
boost::asio::awaitable<store::UserPreview> count_users(Context& context, const store::ChosenUsers& users,
                                                       bool with_verdicts);
/// @param skipped  JSON, how many users are skipped, by reason
boost::asio::awaitable<http::Response> render_preview(Context& context, const store::UserPreview& found,
                                                      const std::string& skipped);

/// The answer to a dry run -> 200 {"count","sample","skipped"}.
/// @param unclassifies  users without a verdict would be skipped
/// @throws ApiError as `choose_users`; 400 for users that do not exist; DbError
boost::asio::awaitable<http::Response> preview(Context& context, const BulkFields& bulk, bool unclassifies);

}  // namespace wdx::api
