#include "store/core/corrections.hpp"

#include "store/core/column_sql.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace wdx::store {
namespace {

using model::Column;
using model::Type;
using model::View;

constexpr int kFewestReactions = 5;  ///< posts with reposts, without which the same numbers say nothing

/// A count, and the text of the profile that the core read it from.
struct Count {
    std::string_view value;
    std::string_view text;
};
constexpr std::array kCounts{Count{"following_count", "following_str"}, Count{"followers_count", "followers_str"}};

/// A number with one or two digits behind a comma, and a word for thousands or millions: `1,2 k`, `12,5 Mio.
/// followers`. White space of any kind and encoding may stand between them, [0-9] is what PostgreSQL can cast.
constexpr std::string_view kDecimalComma =
    R"(^[^0-9A-Za-z,.+-]*([0-9]{1,6}),([0-9]{1,2})[^0-9A-Za-z,.+-]{0,6}(k|tsd|tys|mil|m|mi|mio|mln)\.?([^0-9A-Za-z].*)?$)";

bool is_whole_number(const Column& column) {
    return column.is_present && (column.type == Type::integer || column.type == Type::bigint);
}

Column& column_of(View& view, std::string_view name) {
    return *std::find_if(view.columns.begin(), view.columns.end(),
                         [&](const Column& column) { return column.field->name == name; });
}

void replace(View& view, Column& column, std::string_view value, std::string applies) {
    column.sql = fmt::format("({})::{}", value, column.type == Type::bigint ? "bigint" : "integer");
    column.raw = column.sql;
    view.corrections.push_back({column.field->name, std::move(applies)});
}

/// A number of four to six digits with a point before the last three, and nothing else that could be read.
constexpr std::string_view kThousandsPoint = "^[^0-9A-Za-z,.+-]*([1-9][0-9]{0,2})[.]([0-9]{3})[^0-9A-Za-z,.+-]*$";

/// The count that the text says, where the core stored the one without the comma; NULL otherwise.  Most texts have no
/// comma at all, which LIKE finds out faster.
std::string behind_decimal_comma(const std::string& count, const std::string& text) {
    return fmt::format(
        "CASE WHEN {0} LIKE '%,%' THEN"
        " (SELECT w.value / CASE length(w.m[2]) WHEN 1 THEN 10 ELSE 100 END FROM (SELECT r.m, (r.m[1] || "
        "r.m[2])::bigint"
        " * CASE WHEN lower(r.m[3]) IN ('k', 'tsd', 'tys', 'mil') THEN 1000 ELSE 1000000 END AS value"
        " FROM regexp_match({0}, '{1}', 'i') AS r (m)) AS w WHERE w.value = {2}) END",
        text, kDecimalComma, count);
}

/// The count that the text says, where the core stored what stands before the point; NULL otherwise.
std::string behind_thousands_point(const std::string& count, const std::string& text) {
    return fmt::format(
        "CASE WHEN {0} LIKE '%.%' THEN (SELECT (r.m[1] || r.m[2])::bigint FROM regexp_match({0}, '{1}') AS r (m)"
        " WHERE r.m[1]::bigint = {2}) END",
        text, kThousandsPoint, count);
}

/// What is certain.
std::string count_of_text(const std::string& count, const std::string& text) {
    return fmt::format("coalesce({}, {})", behind_decimal_comma(count, text), behind_thousands_point(count, text));
}

/// The text says a number that is not the stored count, or, where more than digits stand in it, with which the count
/// does not begin: `12.3K` is 12300 and more.  One less is as good, for X rounds, and the core loses a fraction: `2.3M`
/// became 2299999.
std::string is_unclear(const std::string& count, const std::string& text) {
    return fmt::format(
        "(CASE WHEN {0} IS NOT NULL AND {1} ~ '[0-9]' AND {2} IS NULL THEN (SELECT CASE WHEN {1} ~ '^[0-9., ]*$' THEN "
        "{0} <> d.n"
        " ELSE {0}::text NOT LIKE d.n::text || '%' AND {0}::text NOT LIKE (d.n - 1)::text || '%' END FROM (SELECT "
        "regexp_replace({1}, '[^0-9]', '', 'g')::numeric)"
        " AS d (n)) END)",
        count, text, count_of_text(count, text));
}

/// A condition on either count and the text that it was read from; empty where the schema has none of the texts.
template <typename Condition>
std::string on_either_count(const View& users, Condition condition) {
    std::vector<std::string> conditions;
    for (const auto& [value, text] : kCounts) {
        const Column& count = *users.find(value);
        const Column& words = *users.find(text);
        if (is_whole_number(count) && words.is_present && words.type == Type::text)
            conditions.push_back(condition(count.sql, words.sql));
    }
    return conditions.empty() ? std::string{} : fmt::format("({})", fmt::join(conditions, " OR "));
}

bool has_counters(const View& posts) {
    const auto is_there = [&](std::string_view name) { return is_whole_number(*posts.find(name)); };
    return is_there("user_id") && is_there("reposts") && is_there("likes") && is_there("replies");
}

}  // namespace

void correct_users(View& users) {
    if (std::exchange(users.is_corrected, true)) return;
    for (const auto& [value, text] : kCounts) {
        Column& count = column_of(users, value);
        const Column& words = *users.find(text);
        if (!is_whole_number(count) || !words.is_present || words.type != Type::text) continue;
        const std::string correct = count_of_text(count.sql, words.sql);
        replace(users, count, fmt::format("coalesce({}, {})", correct, count.sql),
                fmt::format("{} IS NOT NULL", correct));
    }
}

std::string decimal_comma_sql(const View& users) {
    return on_either_count(users, [](const std::string& count, const std::string& text) {
        return behind_decimal_comma(count, text) + " IS NOT NULL";
    });
}

std::string thousands_point_sql(const View& users) {
    return on_either_count(users, [](const std::string& count, const std::string& text) {
        return behind_thousands_point(count, text) + " IS NOT NULL";
    });
}

std::string unclear_counts_sql(const View& users) {
    return on_either_count(users, is_unclear);
}

void correct_posts(View& posts, std::span<const std::int64_t> accounts) {
    posts.is_corrected = true;
    if (accounts.empty() || !has_counters(posts)) return;
    const std::string swapped =
        fmt::format("{} IN (SELECT u.id FROM users AS u WHERE u.account_id = ANY ('{{{}}}'::bigint[]))",
                    posts.find("user_id")->sql, fmt::join(accounts, ","));
    Column& reposts = column_of(posts, "reposts");
    Column& likes = column_of(posts, "likes");
    Column& replies = column_of(posts, "replies");
    const std::string stored_reposts = reposts.sql;
    const std::string stored_likes = likes.sql;
    const auto instead = [&](std::string_view value, const std::string& stored) {
        return fmt::format("CASE WHEN {} THEN {} ELSE {} END", swapped, value, stored);
    };
    replace(posts, reposts, instead("NULL", stored_reposts), swapped);
    replace(posts, likes, instead(stored_reposts, stored_likes), swapped);
    replace(posts, replies, instead(stored_likes, replies.sql), swapped);
}

std::string swapped_accounts_sql(const View& posts) {
    if (!has_counters(posts)) return {};
    const std::string& reposts = posts.find("reposts")->sql;
    const std::string& replies = posts.find("replies")->sql;
    return fmt::format(
        "SELECT u.account_id::bigint FROM posts AS t JOIN users AS u ON u.id = {} WHERE u.account_id IS NOT NULL AND"
        " ($1::bigint IS NULL OR u.account_id = $1::bigint) AND {} IS NOT NULL AND {} IS NOT NULL"
        " GROUP BY u.account_id HAVING {} ORDER BY u.account_id",
        posts.find("user_id")->sql, reposts, replies, is_swapped_sql(reposts, replies));
}

std::vector<std::int64_t> read_swapped_accounts(const db::Rows& rows) {
    std::vector<std::int64_t> accounts;
    accounts.reserve(static_cast<std::size_t>(rows.size()));
    for (int i = 0; i < rows.size(); ++i) accounts.push_back(rows[i].integer(0));
    return accounts;
}

std::string is_swapped_sql(const std::string& reposts, const std::string& replies) {
    return fmt::format("coalesce(bool_and({0} = {1}), false) AND count(*) FILTER (WHERE {0} <> 0) >= {2}", reposts,
                       replies, kFewestReactions);
}

}  // namespace wdx::store
