#include "store/edits/preferences.hpp"

#include "store/journal/change_events.hpp"

#include <fmt/format.h>

namespace wdx::store {
namespace {

namespace asio = boost::asio;

/// SQL: what is kept for an operator.
std::string kept(std::string_view operator_id) {
    return fmt::format("coalesce((SELECT body FROM watchdxg_preferences WHERE operator_id = {}::integer), '{{}}')",
                       operator_id);
}

const std::string kFindSql = "SELECT body, " + etag_sql("body") + " FROM (SELECT " + kept("$1") + " AS body) AS found";
const db::Query kFind{"find_preferences", kFindSql};

// $7 is the new object, $8 and $9 are the conditions.
const std::string kSetSql = std::string(kWriteBegin) + R"sql(, origin AS (
        SELECT $4::text, $5::text  -- the journal is not told of preferences
    ), edited AS (
        SELECT NULL::text AS id  -- and to set them is no edit
         WHERE false
    ), old AS MATERIALIZED (
        SELECT body, )sql" + etag_sql("body") +
                            R"sql( AS etag
          FROM (SELECT )sql" +
                            kept("$1") + R"sql( AS body) AS found
         WHERE NOT EXISTS (SELECT FROM earlier)
    ), decision AS MATERIALIZED (
        SELECT CASE WHEN NOT ($8::jsonb ? '*' OR $8::jsonb ? etag) OR $9::jsonb ? '*' OR $9::jsonb ? etag
                    THEN 'failed_condition' END AS outcome
          FROM old
    ), written AS (
        INSERT INTO watchdxg_preferences (operator_id, body)
        SELECT $1::integer, $7::text
          FROM decision, old
         WHERE decision.outcome IS NULL
           AND old.body <> $7::text
            ON CONFLICT (operator_id) DO UPDATE SET body = EXCLUDED.body
        RETURNING operator_id
    ), changed AS (
        SELECT NULL::integer AS account_id, operator_id AS id
          FROM written
    ))sql" + change_events_sql(std::array{ChangedTable{"preferences", "changed"}}, "NULL::text") +
                            R"sql(, answer AS (
        SELECT 200 AS status, $7::text AS body
          FROM decision
         WHERE outcome IS NULL
    ))sql" + write_end(kNothingNamed);
const db::Query kSet{"set_preferences", kSetSql};

}  // namespace

std::size_t PreferenceStore::add_find(db::Batch& batch, std::int32_t operator_id) {
    return batch.add(kFind, {operator_id});
}

FoundPreferences PreferenceStore::read_found(const db::Rows& rows) {
    const db::Row row = rows.front();
    return {.body = std::string(row.text(0)), .etag = std::string(row.text(1))};
}

asio::awaitable<Written> PreferenceStore::set(const WriteRequest& request, const std::string& body,
                                              const RowConditions& conditions) {
    return execute_write(pool_, kSet, request, {body, conditions.if_match, conditions.if_none_match});
}

}  // namespace wdx::store
