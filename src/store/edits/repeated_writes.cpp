#include "store/edits/repeated_writes.hpp"

#include "base/json_writer.hpp"
#include "base/random.hpp"
#include "store/journal/change_events.hpp"

#include <array>
#include <stdexcept>

#include <fmt/format.h>

namespace wdx::store {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kKeyBytes = 16;
constexpr std::size_t kEditBytes = 8;  ///< the random ones of an edit's id

struct NamedOutcome {
    std::string_view name;
    WriteOutcome outcome;
};
constexpr std::array kOutcomes{
    NamedOutcome{"done", WriteOutcome::done},
    NamedOutcome{"other_request", WriteOutcome::other_request},
    NamedOutcome{"unknown_users", WriteOutcome::unknown_users},
    NamedOutcome{"no_row", WriteOutcome::no_row},
    NamedOutcome{"failed_condition", WriteOutcome::failed_condition},
    NamedOutcome{"other_user", WriteOutcome::other_user},
    NamedOutcome{"other_count", WriteOutcome::other_count},
    NamedOutcome{"already_undone", WriteOutcome::already_undone},
    NamedOutcome{"no_right", WriteOutcome::no_right},
    NamedOutcome{"other_state", WriteOutcome::other_state},
    NamedOutcome{"overtaken", WriteOutcome::overtaken},
};

WriteOutcome outcome_of(std::string_view name) {
    for (const NamedOutcome& known : kOutcomes)
        if (known.name == name) return known.outcome;
    throw std::logic_error(fmt::format("an unknown outcome: {}", name));
}

std::string text_or_empty(const db::Row& row, int column) {
    return std::string(row.optional_text(column).value_or(std::string_view{}));
}

/// The last 16 digits of an edit's id; the first of them says that it is a UUID of RFC 9562.
std::string edit_digits() {
    std::string digits = base::random_hex(kEditBytes);
    constexpr std::string_view kVariants = "89ab";
    digits.front() = kVariants[static_cast<unsigned char>(digits.front()) % kVariants.size()];
    return digits;
}

}  // namespace

std::string own_write_key() {
    return ' ' + base::random_hex(kKeyBytes);
}

std::string etag_sql(std::string_view body) {
    return fmt::format("'\"' || encode(substr(sha256(convert_to({}, 'UTF8')), 1, 16), 'hex') || '\"'", body);
}

std::string unknown_users_sql() {
    return fmt::format(R"sql((SELECT string_agg(user_id::text, ', ' ORDER BY user_id)
              FROM (SELECT user_id FROM asked EXCEPT SELECT user_id FROM target ORDER BY user_id LIMIT {}) AS u),
           (SELECT count(*) FROM asked)
           - CASE WHEN EXISTS (SELECT FROM decision WHERE outcome = 'other_count') THEN 0
                  ELSE (SELECT count(*) FROM target) END)sql",
                       kMostUnknownIds);
}

std::string write_end(std::string_view named) {
    // Where nothing decided against it and still nothing was done, the core was faster.
    return fmt::format(R"sql(, remembered AS (
        INSERT INTO watchdxg_idempotency_key (operator_id, key, request_hash, status, response, edit_id, created_at)
        SELECT $1::integer, $2::text, $3::text, status, body, (SELECT id FROM edited), statement_timestamp()
          FROM answer
            ON CONFLICT (operator_id, key) DO UPDATE
               SET request_hash = EXCLUDED.request_hash, status = EXCLUDED.status, response = EXCLUDED.response,
                   edit_id = EXCLUDED.edit_id, created_at = EXCLUDED.created_at
    )
    SELECT CASE WHEN EXISTS (SELECT FROM earlier WHERE NOT is_same) THEN 'other_request'
                WHEN given.status IS NOT NULL THEN 'done'
                ELSE coalesce((SELECT outcome FROM decision), 'overtaken') END,
           given.status, given.body, {}, given.edit_id, {}
      FROM (VALUES (true)) AS always (is_so)
      LEFT JOIN (SELECT status, response AS body, edit_id FROM earlier
                  UNION ALL
                 SELECT status, body, (SELECT id FROM edited) FROM answer) AS given
        ON always.is_so)sql",
                       etag_sql("given.body"), named);
}

asio::awaitable<Written> execute_write(db::Pool& pool, const db::Query& query, const WriteRequest& request,
                                       std::vector<db::Param> values) {
    std::vector<db::Param> params{request.operator_id,       request.key,  request.request_hash, request.origin.address,
                                  request.origin.request_id, edit_digits()};
    params.insert(params.end(), std::make_move_iterator(values.begin()), std::make_move_iterator(values.end()));
    db::Batch batch;
    batch.add(kLockChanges, {});
    const std::size_t index = batch.add(query, std::move(params));
    co_await pool.execute(batch, db::Work::edit, request.leave);
    const db::Row row = batch.rows(index).front();
    Written written{.outcome = outcome_of(row.text(0)),
                    .body = {},
                    .etag = text_or_empty(row, 3),
                    .edit_id = text_or_empty(row, 4),
                    .named = text_or_empty(row, 5),
                    .count = row.integer(6)};
    if (!row.is_null(1)) written.status = static_cast<unsigned>(row.integer(1));
    base::append_compact_json(written.body, row.optional_text(2).value_or(std::string_view{}));
    co_return written;
}

std::string bigint_array(const std::vector<std::int64_t>& numbers) {
    return fmt::format("{{{}}}", fmt::join(numbers, ","));
}

}  // namespace wdx::store
