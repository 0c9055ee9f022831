#include "store/corrections.hpp"

#include "store/column_sql.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <string_view>

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

/// The count that the text says, where the core stored the one without the comma; NULL otherwise.  Most texts have no
/// comma at all, which LIKE finds out faster.
std::string count_of_text(const std::string& count, const std::string& text) {
    return fmt::format(
        "CASE WHEN {0} LIKE '%,%' THEN"
        " (SELECT w.value / CASE length(w.m[2]) WHEN 1 THEN 10 ELSE 100 END FROM (SELECT r.m, (r.m[1] || "
        "r.m[2])::bigint"
        " * CASE WHEN lower(r.m[3]) IN ('k', 'tsd', 'tys', 'mil') THEN 1000 ELSE 1000000 END AS value"
        " FROM regexp_match({0}, '{1}', 'i') AS r (m)) AS w WHERE w.value = {2}) END",
        text, kDecimalComma, count);
}

bool has_counters(const View& posts) {
    const auto is_there = [&](std::string_view name) { return is_whole_number(*posts.find(name)); };
    return is_there("user_id") && is_there("reposts") && is_there("likes") && is_there("replies");
}

}  // namespace

void correct_users(View& users) {
    users.is_corrected = true;
    for (const auto& [value, text] : kCounts) {
        Column& count = column_of(users, value);
        const Column& words = *users.find(text);
        if (!is_whole_number(count) || !words.is_present || words.type != Type::text) continue;
        const std::string correct = count_of_text(count.sql, words.sql);
        replace(users, count, fmt::format("coalesce({}, {})", correct, count.sql),
                fmt::format("{} IS NOT NULL", correct));
    }
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

std::string is_swapped_sql(const std::string& reposts, const std::string& replies) {
    return fmt::format("coalesce(bool_and({0} = {1}), false) AND count(*) FILTER (WHERE {0} <> 0) >= {2}", reposts,
                       replies, kFewestReactions);
}

}  // namespace wdx::store
