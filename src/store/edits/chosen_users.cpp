#include "store/edits/chosen_users.hpp"

#include "store/core/users.hpp"
#include "store/edits/repeated_writes.hpp"

#include <charconv>

#include <fmt/format.h>

namespace wdx::store {
namespace {

/// Numbers with commas between them.
std::vector<std::int64_t> read_numbers(std::string_view text) {
    std::vector<std::int64_t> numbers;
    const char* at = text.data();
    const char* const end = at + text.size();
    while (at < end) {
        std::int64_t number = 0;
        at = std::from_chars(at, end, number).ptr + 1;
        numbers.push_back(number);
    }
    return numbers;
}

/// The named users, or those of the filter: a SELECT.
ListSql users_sql(const ChosenUsers& users, std::string_view ids, std::size_t first_param) {
    if (users.filter) return user_ids_sql(users.filter->view, users.filter->query, first_param);
    return {fmt::format("SELECT DISTINCT user_id FROM unnest({}::bigint[]) AS given (user_id)", ids), {}};
}

}  // namespace

AskedSql asked_sql(const ChosenUsers& users, std::size_t first_param, bool is_ordered) {
    constexpr std::string_view kUnlessRepeated = "NOT EXISTS (SELECT FROM earlier)";
    if (users.filter) {
        ListSql chosen = users_sql(users, {}, first_param);
        // PostgreSQL wants to know the type of every parameter, also of those that are not used.
        return {fmt::format("SELECT t.user_id{} FROM ({}) AS t WHERE $7::bigint[] IS NULL AND {}",
                            is_ordered ? ", t.user_id AS position" : "", chosen.sql, kUnlessRepeated),
                std::move(chosen.params)};
    }
    if (is_ordered)
        return {fmt::format("SELECT user_id, min(position) AS position"
                            " FROM unnest($7::bigint[]) WITH ORDINALITY AS given (user_id, position)"
                            " WHERE {} GROUP BY user_id",
                            kUnlessRepeated),
                {}};
    return {fmt::format("{} WHERE {}", users_sql(users, "$7", first_param).sql, kUnlessRepeated), {}};
}

db::Param ids_param(const ChosenUsers& users) {
    if (users.filter) return std::nullopt;
    return bigint_array(users.ids);
}

ListSql chosen_users_sql(const ChosenUsers& users) {
    ListSql chosen = users_sql(users, "$1", 1);
    if (!users.filter) chosen.params.emplace_back(bigint_array(users.ids));
    return chosen;
}

ListSql preview_sql(const ChosenUsers& users, bool has_verdicts) {
    ListSql chosen = chosen_users_sql(users);
    chosen.sql = fmt::format(
        "WITH asked AS MATERIALIZED ({}), target AS MATERIALIZED (SELECT a.user_id FROM asked AS a JOIN users AS u ON"
        " u.id = a.user_id) SELECT (SELECT count(*) FROM target), (SELECT string_agg(user_id::text, ',') FROM (SELECT"
        " user_id FROM target ORDER BY md5(user_id::text), user_id LIMIT {}) AS s), {}, (SELECT"
        " string_agg(user_id::text, ', ' ORDER BY user_id) FROM (SELECT user_id FROM asked EXCEPT SELECT user_id FROM"
        " target ORDER BY user_id LIMIT {}) AS u), (SELECT count(*) FROM asked) - (SELECT count(*) FROM target)",
        chosen.sql, kPreviewSample,
        has_verdicts ? "(SELECT count(*) FROM target WHERE NOT EXISTS (SELECT FROM classification AS c WHERE"
                       " c.user_id = target.user_id))"
                     : "0::bigint",
        kMostUnknownIds);
    return chosen;
}

UserPreview read_preview(const db::Rows& rows) {
    const db::Row row = rows.front();
    return {.count = row.integer(0),
            .sample = read_numbers(row.optional_text(1).value_or(std::string_view{})),
            .unclassified = row.integer(2),
            .unknown = std::string(row.optional_text(3).value_or(std::string_view{})),
            .unknown_count = row.integer(4)};
}

}  // namespace wdx::store
