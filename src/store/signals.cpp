#include "store/signals.hpp"

#include "model/handle_bigrams.hpp"
#include "store/cohort_sql.hpp"
#include "store/column_sql.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace wdx::store {
namespace {

using model::Column;
using model::Fires;
using model::Signal;
using model::Type;
using model::View;

constexpr int kFewestBigrams = 5;

/// A count; what is below zero is no count.
std::string count_of(const View& view, std::string_view name) {
    const std::string sql = sql_of(view, name, "integer");
    return fmt::format("CASE WHEN {0} >= 0 THEN ({0})::float8 END", sql);
}

bool has_posts(const View& posts, const CoreSchema& schema) {
    return schema.has("posts") && !schema.unreadable().contains("posts") && posts.find("user_id")->is_present;
}

/// A text of a profile is missing where nothing of the profile was seen; where it was, NULL and white space mean none.
std::string is_blank(const View& users, std::string_view name, std::string_view seen) {
    const Column* column = users.find(name);
    if (!column->is_present) return "NULL::boolean";
    return fmt::format("CASE WHEN {} THEN coalesce({}, '') !~ '\\S' END", seen, column->sql);
}

/// A user without an X account of ours belongs to a group of its own.
std::string account_of(const View& users) {
    return fmt::format("coalesce({}, -1)", sql_of(users, "account_id", "integer"));
}

/// What two bios are compared by: short, for there may be many.
std::string bio_key(const View& users) {
    const std::string bio = sql_of(users, "bio", "text");
    return fmt::format("md5({})", shared_text_sql(bio));
}

std::string signal_users(const View& users) {
    const std::string handle = sql_of(users, "handle", "text");
    const std::string username = sql_of(users, "username", "text");
    const std::string seen = fmt::format("({} IS NOT NULL OR {} IS NOT NULL)", handle, username);
    const std::string joined = utc_day_sql(users, "created_at");
    return fmt::format(
        "signal_users AS MATERIALIZED (SELECT t.id, {account} AS account, {seen} AS seen, {handle} AS handle,"
        " {username} AS username, {certified} AS certified, {no_bio} AS no_bio, {no_link} AS no_link, {joined} AS "
        "joined,"
        " {following} AS following, {followers} AS followers, {month} AS month, {template} AS template, {bio} AS bio"
        " FROM users AS t WHERE t.id IN (SELECT scope.id FROM scope))",
        fmt::arg("account", account_of(users)), fmt::arg("seen", seen), fmt::arg("handle", handle),
        fmt::arg("username", username), fmt::arg("certified", sql_of(users, "certified", "boolean")),
        fmt::arg("no_bio", is_blank(users, "bio", seen)), fmt::arg("no_link", is_blank(users, "featured_url", seen)),
        fmt::arg("joined", joined), fmt::arg("following", count_of(users, "following_count")),
        fmt::arg("followers", count_of(users, "followers_count")), fmt::arg("month", month_sql(joined)),
        fmt::arg("template", handle_template_sql(handle)), fmt::arg("bio", bio_key(users)));
}

/// Of each user with posts: how many, how many say whether they are reposts, how many are, how often the most frequent
/// text of its own occurs, and when the last one was.
std::string signal_posts(const View& posts, const CoreSchema& schema) {
    if (!has_posts(posts, schema))
        return "signal_posts AS (SELECT NULL::integer AS user_id, NULL::float8 AS posts, NULL::float8 AS judged,"
               " NULL::float8 AS reposts, NULL::float8 AS same_text, NULL::timestamptz AS last WHERE false)";
    return fmt::format(
        "signal_posts AS (SELECT user_id, sum(n)::float8 AS posts, sum(judged)::float8 AS judged,"
        " sum(reposts)::float8 AS reposts, max(own)::float8 AS same_text, max(last) AS last FROM ("
        "SELECT {user} AS user_id, count(*) AS n, count({repost}) AS judged, count(*) FILTER (WHERE {repost}) AS "
        "reposts,"
        " count(*) FILTER (WHERE {repost} IS NOT TRUE AND {text} ~ '\\S') AS own, max({at}) AS last"
        " FROM posts AS t WHERE {user} IN (SELECT id FROM signal_users)"
        " GROUP BY {user}, hashtextextended(coalesce({text}, ''), 0)) AS texts GROUP BY user_id)",
        fmt::arg("user", posts.find("user_id")->sql), fmt::arg("repost", sql_of(posts, "repost", "boolean")),
        fmt::arg("text", sql_of(posts, "text", "text")), fmt::arg("at", sql_of(posts, "timestamp", "timestamptz")));
}

/// The groups of users that joined in one month with one handle template, or one bio, larger than chance.
/// PostgreSQL takes the groups for few: what it joins them with is materialized, lest it be made anew for each of them.
/// Of few users only their months are looked at, and only for groups that may be waves all users of the account.
std::string signal_waves(const View& users, Scope scope) {
    const std::string joined = utc_day_sql(users, "created_at");
    const std::string of_accounts =
        fmt::format("FROM users AS t WHERE {} IN (SELECT account FROM signal_users)", account_of(users));
    const std::string keys =
        fmt::format("{} AS account, {} AS month, {} AS template, {} AS bio", account_of(users), month_sql(joined),
                    handle_template_sql(sql_of(users, "handle", "text")), bio_key(users));
    const bool all = scope == Scope::many;
    const std::string everybody =
        all ? "wave_months" : fmt::format("(SELECT {} {} AND {} IS NOT NULL)", keys, of_accounts, joined);
    std::vector<std::string> groups;
    std::vector<std::string> totals;
    std::vector<std::string> members;
    for (const std::string_view kind : {"template", "bio"}) {
        groups.push_back(
            fmt::format("SELECT account, month, '{0}' AS kind, {0} AS key, count(*)::float8 AS k FROM wave_months"
                        " WHERE (account, month, {0}) IN (SELECT account, month, {0} FROM signal_users)"
                        " GROUP BY account, month, {0} HAVING count(*) >= {1}",
                        kind, kSmallestCohort));
        totals.push_back(
            fmt::format("SELECT u.account, '{0}' AS kind, u.{0} AS key, count(*)::float8 AS total FROM"
                        " (SELECT DISTINCT account, key FROM wave_groups WHERE kind = '{0}') AS g"
                        " JOIN {1} AS u ON u.account = g.account AND u.{0} = g.key GROUP BY u.account, u.{0}",
                        kind, everybody));
        members.push_back(fmt::format(
            "SELECT u.id, w.k FROM signal_users AS u JOIN waves AS w ON w.kind = '{0}' AND w.account = u.account"
            " AND w.month = u.month AND w.key = u.{0}",
            kind));
    }
    return fmt::format(
        "wave_months AS MATERIALIZED (SELECT {keys} {of_accounts} AND {months}),"
        " wave_groups AS MATERIALIZED ({groups}),"
        " wave_totals AS MATERIALIZED ({totals}),"
        " wave_sizes AS MATERIALIZED (SELECT {account} AS account, count(*)::float8 AS n {of_accounts} AND {joined} IS "
        "NOT NULL"
        " AND EXISTS (SELECT FROM wave_groups) GROUP BY 1),"
        " wave_in_month AS MATERIALIZED (SELECT account, month, count(*)::float8 AS n FROM wave_months GROUP BY "
        "account, month),"
        " waves AS MATERIALIZED (SELECT g.account, g.month, g.kind, g.key, g.k FROM wave_groups AS g"
        " JOIN wave_totals AS t ON t.account = g.account AND t.kind = g.kind AND t.key = g.key"
        " JOIN wave_sizes AS a ON a.account = g.account"
        " JOIN wave_in_month AS m ON m.account = g.account AND m.month = g.month WHERE {large}),"
        " signal_waves AS (SELECT id, max(k) AS size FROM ({members}) AS found GROUP BY id)",
        fmt::arg("keys", keys), fmt::arg("of_accounts", of_accounts),
        fmt::arg("months", all ? joined + " IS NOT NULL" : month_sql(joined) + " IN (SELECT month FROM signal_users)"),
        fmt::arg("groups", fmt::join(groups, " UNION ALL ")), fmt::arg("totals", fmt::join(totals, " UNION ALL ")),
        fmt::arg("account", account_of(users)), fmt::arg("joined", joined),
        fmt::arg("large", larger_than_chance_sql("g.k", "(m.n * t.total / a.n)", "a.n")),
        fmt::arg("members", fmt::join(members, " UNION ALL ")));
}

/// The mean over the pairs of neighbouring letters of how likely the second follows the first.
/// @param handle  SQL, lower case
std::string likelihood(std::string_view handle) {
    return fmt::format(
        "(SELECT CASE WHEN count(*) >= {fewest} THEN"
        " sum(('{{{table}}}'::smallint[])[26 * (first - 97) + second - 96])::float8 / count(*) / 1000 END"
        " FROM (SELECT get_byte(b, n) AS first, get_byte(b, n + 1) AS second FROM convert_to({handle}, 'UTF8') AS b,"
        " generate_series(0, length(b) - 2) AS n) AS pairs"
        " WHERE first BETWEEN 97 AND 122 AND second BETWEEN 97 AND 122)",
        fmt::arg("fewest", kFewestBigrams), fmt::arg("table", fmt::join(model::kHandleBigrams, ",")),
        fmt::arg("handle", handle));
}

std::string signal_inputs(const View& users, bool with_posts) {
    const bool has_groups = users.find("created_at")->is_present;
    return fmt::format(
        "signal_inputs AS MATERIALIZED (SELECT u.*, CASE WHEN u.joined IS NOT NULL THEN greatest((now() AT TIME ZONE "
        "'UTC')::date - u.joined, 0)::float8 END AS age,"
        " {likelihood} AS likelihood, {posts} AS posts, p.judged AS posts_judged, p.reposts, p.same_text,"
        " CASE WHEN isfinite(p.last) THEN greatest(floor(extract(epoch FROM now() - p.last)::float8 / 86400), 0) END"
        " AS silent_days, {wave} AS wave"
        " FROM signal_users AS u LEFT JOIN signal_posts AS p ON p.user_id = u.id"
        " LEFT JOIN signal_waves AS w ON w.id = u.id)",
        fmt::arg("likelihood", likelihood("lower(u.handle)")),
        fmt::arg("posts",
                 with_posts ? "CASE WHEN u.seen OR p.posts > 0 THEN coalesce(p.posts, 0) END" : "NULL::float8"),
        fmt::arg("wave", has_groups
                             ? "CASE WHEN u.joined IS NOT NULL AND u.handle IS NOT NULL THEN coalesce(w.size, 0) END"
                             : "NULL::float8"));
}

std::string_view type_of(const Signal& signal) {
    switch (signal.type) {
        case Type::boolean:
            return "boolean";
        case Type::integer:
            return "bigint";
        default:
            return "float8";
    }
}

/// Which of its inputs are missing, where the value is.
std::string missing(const Signal& signal) {
    struct Input {
        std::string_view name;
        std::string_view is_known;
    };
    constexpr std::array kInputs{
        Input{"following_count", "following IS NOT NULL"},
        Input{"followers_count", "followers IS NOT NULL"},
        Input{"created_at", "joined IS NOT NULL"},
        Input{"bio", "no_bio IS NOT NULL"},
        Input{"featured_url", "no_link IS NOT NULL"},
        Input{"handle", "handle IS NOT NULL"},
        Input{"username", "username IS NOT NULL"},
        Input{"certified", "certified IS NOT NULL"},
        Input{"posts", "posts IS NOT NULL"},
    };
    std::vector<std::string> names;
    for (const std::string_view name : signal.inputs) {
        const auto* const input =
            std::find_if(kInputs.begin(), kInputs.end(), [&](const Input& known) { return known.name == name; });
        if (input != kInputs.end())
            names.push_back(fmt::format("CASE WHEN NOT i.{} THEN '{}' END", input->is_known, name));
    }
    // An input that is there and too little to judge by, a handle of two letters for instance.
    return fmt::format("coalesce(nullif(concat_ws(', ', {}), ''), '{}: too little')", fmt::join(names, ", "),
                       signal.inputs.front());
}

std::string strength(const Signal& signal) {
    const std::string value = fmt::format("i.\"v_{}\"", signal.id);
    std::string fires = value;
    if (signal.fires != Fires::when_true)
        fires = fmt::format("{} {} {}", value, signal.fires == Fires::from ? ">=" : "<=", *signal.threshold);
    if (!signal.provided.empty()) fires += fmt::format(" AND coalesce({}, false)", signal.provided);
    std::string size = "1";
    if (signal.full)
        size = fmt::format("0.5 + 0.5 * least(({} - {}) / {}, 1)", value, *signal.threshold,
                           fmt::format("({}::float8)", *signal.full - *signal.threshold));
    return fmt::format("CASE WHEN {} IS NOT NULL THEN CASE WHEN {} THEN {} ELSE 0 END::float8 END", value, fires, size);
}

/// The array of a row `s`.
std::string signal_array(const model::SignalWeights& weights) {
    std::vector<std::string> objects;
    for (const Signal& signal : model::all_signals())
        objects.push_back(
            fmt::format("json_build_object('id', '{0}', 'value', s.\"v_{0}\", 'threshold', {1}, 'weight', {2}::float8,"
                        " 'contribution', s.\"c_{0}\", 'missing', s.\"m_{0}\")",
                        signal.id, signal.threshold ? fmt::format("{}::float8", *signal.threshold) : "NULL::float8",
                        weights.of(signal)));
    return fmt::format("json_build_array({})", fmt::join(objects, ", "));
}

}  // namespace

std::string band_sql(std::string_view risk) {
    std::string sql = fmt::format("CASE WHEN {} IS NULL THEN NULL", risk);
    for (auto band = model::kBands.rbegin(); band != model::kBands.rend(); ++band)
        sql += fmt::format(" WHEN {} >= {} THEN '{}'", risk, band->from, band->name);
    return sql + " END";
}

std::string signal_ctes(const View& users, const View& posts, const CoreSchema& schema,
                        const model::SignalWeights& weights, Scope scope) {
    std::vector<std::string> values;
    std::vector<std::string> strengths;
    std::vector<std::string> known;
    std::vector<std::string> contributions;
    std::vector<std::string> terms;
    for (const Signal& signal : model::all_signals()) {
        values.push_back(fmt::format("({})::{} AS \"v_{}\"", signal.value, type_of(signal), signal.id));
        strengths.push_back(fmt::format("CASE WHEN i.\"v_{0}\" IS NULL THEN {1} END AS \"m_{0}\", {2} AS \"s_{0}\"",
                                        signal.id, missing(signal), strength(signal)));
        known.push_back(fmt::format("\"s_{}\"", signal.id));
        // Plus 0: a weight below zero times 0 is -0.
        const std::string term = fmt::format("({}::float8 * coalesce(\"s_{}\", 0) + 0)", weights.of(signal), signal.id);
        contributions.push_back(fmt::format("{} AS \"c_{}\"", term, signal.id));
        terms.push_back(term);
    }
    return fmt::format(
        "{}, {}, {}, {}, signal_values AS MATERIALIZED (SELECT i.*, {} FROM signal_inputs AS i),"
        " signal_strengths AS MATERIALIZED (SELECT i.*, {} FROM signal_values AS i),"
        " signal_scores AS MATERIALIZED (SELECT s.*, {}, CASE WHEN coalesce({}) IS NOT NULL THEN 1 / (1 + "
        "exp(least(greatest(-({}::float8 + {}), -700), 700)))"
        " END AS risk FROM signal_strengths AS s), signals AS NOT MATERIALIZED (SELECT s.*, {} AS signals"
        " FROM signal_scores AS s)",
        signal_users(users), signal_posts(posts, schema), signal_waves(users, scope),
        signal_inputs(users, has_posts(posts, schema)), fmt::join(values, ", "), fmt::join(strengths, ", "),
        fmt::join(contributions, ", "), fmt::join(known, ", "), weights.bias, fmt::join(terms, " + "),
        signal_array(weights));
}

}  // namespace wdx::store
