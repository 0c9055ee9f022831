#include "store/core/index_examples.hpp"

#include "db/error.hpp"
#include "store/core/views.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace wdx::store {
namespace {

using model::Condition;
using model::ListQuery;
using model::Lookup;
using model::Resource;
using model::View;

constexpr std::int64_t kPageRows = 100 + 1;  // one more tells whether there is another page

// The value that a list is narrowed to.
constexpr std::string_view kLargestAccount =
    "SELECT account_id FROM users WHERE account_id IS NOT NULL GROUP BY account_id ORDER BY count(*) DESC LIMIT 1";
constexpr std::string_view kSmallestAccount =
    "SELECT account_id FROM users WHERE account_id IS NOT NULL GROUP BY account_id ORDER BY count(*) LIMIT 1";
constexpr std::string_view kHandleOfSomebody =
    "SELECT handle FROM users WHERE length(handle) >= 5 AND handle ~ '^[A-Za-z0-9_]+$' ORDER BY id DESC LIMIT 1";
constexpr std::string_view kUserWithPosts =
    "SELECT user_id FROM posts WHERE user_id IS NOT NULL ORDER BY id DESC LIMIT 1";
constexpr std::string_view kUserWithActions =
    "SELECT user_id FROM actions WHERE user_id IS NOT NULL ORDER BY id DESC LIMIT 1";
// The rarest word of the newest posts: a frequent one fills a page at once.
constexpr std::string_view kWordInPosts = R"sql(
    SELECT word
      FROM (SELECT (regexp_matches(text, '[A-Za-z0-9]{6,}', 'g'))[1] AS word
              FROM (SELECT text FROM posts ORDER BY id DESC LIMIT 1000) AS newest) AS words
     GROUP BY word
     ORDER BY count(*), length(word) DESC, word
     LIMIT 1)sql";
// Within the last week of the largest account; a time in microseconds where the column is one.
constexpr std::string_view kLastWeek = R"sql(
    SELECT CASE pg_typeof(max(created_at))::text WHEN 'date' THEN (max(created_at)::date - 7)::text
                ELSE (extract(epoch FROM max(created_at)::timestamp - interval '7 days') * 1000000)::bigint::text END
      FROM users
     WHERE account_id = $1::bigint
       AND isfinite(created_at))sql";

enum class Ask {
    account,
    followers,
    joined,
    handle,
    user_search,
    posts_of_user,
    newest_posts,
    post_search,
    actions_of_user
};

/// How an index is asked for.
struct Example {
    std::string_view index;
    Ask ask;
    const Resource* resource;
    std::string_view value;  ///< SQL
};
const std::array kExamples{
    Example{"wdx_users_account_id_id", Ask::account, &model::kUsers, kSmallestAccount},
    Example{"wdx_users_account_id_followers_count_id", Ask::followers, &model::kUsers, kLargestAccount},
    Example{"wdx_users_account_id_created_at", Ask::joined, &model::kUsers, kLargestAccount},
    Example{"wdx_users_lower_handle", Ask::handle, &model::kUsers, kHandleOfSomebody},
    Example{"wdx_users_trigrams", Ask::user_search, &model::kUsers, kHandleOfSomebody},
    Example{"wdx_posts_user_id_id", Ask::posts_of_user, &model::kPosts, kUserWithPosts},
    Example{"wdx_posts_timestamp_id", Ask::newest_posts, &model::kPosts, kLargestAccount},
    Example{"wdx_posts_trigrams", Ask::post_search, &model::kPosts, kWordInPosts},
    Example{"wdx_actions_user_id_id", Ask::actions_of_user, &model::kActions, kUserWithActions},
};

std::optional<std::string> first_value(const db::Rows& rows) {
    if (rows.empty() || rows.front().is_null(0)) return std::nullopt;
    return std::string(rows.front().text(0));
}

Condition where(const View& view, std::string_view field, Lookup lookup, const std::string& value) {
    return {view.find(field), lookup, {value}};
}

/// The fields that a list has unless somebody asks for others.
ListQuery plain_list(const View& view) {
    ListQuery query;
    for (const model::Column& column : view.columns)
        if (column.is_present && column.field->use == model::Use::standard) query.output.push_back(&column);
    return query;
}

/// @return false where the database has no value for it
bool narrow(db::Session& session, const Example& example, const View& view, const std::string& value,
            ListQuery& query) {
    switch (example.ask) {
        case Ask::account:
            query.conditions = {where(view, "account_id", Lookup::exact, value)};
            break;
        case Ask::followers:
            query.conditions = {where(view, "account_id", Lookup::exact, value)};
            query.order = {{view.find("followers_count"), true}};
            break;
        case Ask::joined: {
            const std::optional<std::string> from = first_value(session.execute(kLastWeek, {value}));
            if (!from) return false;
            query.conditions = {where(view, "account_id", Lookup::exact, value),
                                where(view, "created_at", Lookup::gte, *from)};
            break;
        }
        case Ask::handle:
            query.conditions = {where(view, "handle", Lookup::iexact, value)};
            break;
        case Ask::user_search:
        case Ask::post_search:
            query.words = {value};
            break;
        case Ask::posts_of_user:
        case Ask::actions_of_user:
            query.conditions = {where(view, "user_id", Lookup::exact, value)};
            break;
        case Ask::newest_posts:
            query.conditions = {where(view, "account_id", Lookup::exact, value)};
            query.order = {{view.find("timestamp"), true}};
            break;
    }
    query.order.push_back({&view.key(), false});
    return true;
}

db::Rows run(db::Session& session, const std::string& sql, const std::vector<db::Param>& params) {
    switch (params.size()) {
        case 0:
            return session.execute(sql);
        case 1:
            return session.execute(sql, {params[0].data()});
        default:
            return session.execute(sql, {params[0].data(), params[1].data()});
    }
}

/// Of the line `Execution Time: 1.234 ms`, which is the last one.
double execution_ms(std::string_view line) {
    constexpr std::string_view kBegin = "Execution Time: ";
    return std::stod(std::string(line.substr(kBegin.size())));
}

}  // namespace

std::optional<ListSql> example_of(db::Session& session, const CoreIndex& index, const CoreSchema& schema,
                                  std::string_view time_zone) {
    const auto* const example = std::ranges::find(kExamples, index.name, &Example::index);
    const std::optional<std::string> value = first_value(session.execute(example->value));
    if (!value) return std::nullopt;
    const View view = view_of(*example->resource, schema, time_zone);
    ListQuery query = plain_list(view);
    if (!narrow(session, *example, view, *value, query)) return std::nullopt;
    return list_sql(view, query, {.limit = kPageRows, .with_positions = true}, Nesting::objects);
}

Measured measure(db::Session& session, const ListSql& statement, Use use, std::string_view index,
                 std::chrono::milliseconds timeout) {
    Measured measured;
    try {
        const db::Session::Transaction transaction(session, timeout);
        session.execute_script("SET TRANSACTION READ ONLY");
        if (use == Use::no_index)
            session.execute_script(
                "SET LOCAL enable_indexscan = off; SET LOCAL enable_indexonlyscan = off;"
                "SET LOCAL enable_bitmapscan = off");
        for (int i = 0; i < 2; ++i) {
            const db::Rows plan =
                run(session, "EXPLAIN (ANALYZE, TIMING OFF, COSTS OFF) " + statement.sql, statement.params);
            for (int line = 0; line < plan.size(); ++line)
                if (plan[line].text(0).find(index) != std::string_view::npos) measured.uses_index = true;
            measured.ms = execution_ms(plan[plan.size() - 1].text(0));
        }
    } catch (const db::DbError& error) {
        if (!error.is_timeout()) throw;
        measured.ms.reset();
    }
    return measured;
}

}  // namespace wdx::store
