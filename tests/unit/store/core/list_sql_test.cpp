#include "store/core/list_sql.hpp"

#include "store/core/views.hpp"

#include <gtest/gtest.h>

namespace wdx::store {
namespace {

using model::ListQuery;
using model::Lookup;

/// The log's table is ours: its view needs no schema of the core.
const model::View& logs() {
    static const model::View view = view_of(model::kLogs, CoreSchema(), {});
    return view;
}

ListQuery by_level() {
    ListQuery query;
    query.output = {logs().find("id")};
    query.order = {{logs().find("level"), true}, {logs().find("id"), false}};
    return query;
}

std::vector<std::string> texts(const ListSql& sql) {
    std::vector<std::string> out;
    for (const db::Param& param : sql.params) out.emplace_back(param.data());
    return out;
}

TEST(ListSqlOf, SelectsTheOutputInItsOrder) {
    ListQuery query = by_level();
    query.output = {logs().find("time"), logs().find("id")};
    EXPECT_EQ(list_sql(logs(), query, {.limit = 5, .offset = 10}, Nesting::objects).sql,
              R"(SELECT t."time" AS "time", t."id" AS "id" FROM watchdxg_log AS t ORDER BY t."level" DESC, t."id")"
              " OFFSET 10 LIMIT 5");
}

TEST(ListSqlOf, ChoosesTheRowsBehindAnOffsetBeforeItRanksThem) {
    const model::View users = view_of(model::kUsers, CoreSchema::of("v3"), {});
    ListQuery query;
    query.output = {users.find("id"), users.find("rank")};
    query.order = {{users.find("risk"), true}, {users.find("id"), false}};
    query.signals = "signals AS (SELECT)";
    EXPECT_EQ(
        list_sql(users, query, {.limit = 5, .offset = 10}, Nesting::objects).sql,
        "WITH signals AS (SELECT), page AS MATERIALIZED (SELECT t.id FROM users AS t JOIN signals AS s ON s.id = t.id"
        R"( ORDER BY s.risk DESC NULLS LAST, t."id" OFFSET 10 LIMIT 5) SELECT t."id" AS "id", s.rank AS "rank")"
        R"( FROM users AS t JOIN signals AS s ON s.id = t.id JOIN page ON page.id = t.id)"
        R"( ORDER BY s.risk DESC NULLS LAST, t."id")");
}

TEST(UserIdsSql, NumbersItsParametersFromTheFirst) {
    const model::View users = view_of(model::kUsers, CoreSchema::of("v3"), {});
    ListQuery query;
    query.order = {{users.find("id"), false}};
    query.conditions = {{users.find("account_id"), Lookup::exact, {"7"}}, {users.find("handle"), Lookup::exact, {"x"}}};
    const ListSql sql = user_ids_sql(users, query, 18);
    EXPECT_EQ(sql.sql, R"(SELECT t.id AS user_id FROM users AS t WHERE t."account_id" = $18::bigint)"
                       R"( AND t."handle" = $19::text)");
    EXPECT_EQ(texts(sql), (std::vector<std::string>{"7", "x"}));
}

TEST(ListSqlOf, PutsValuesIntoParametersAlone) {
    const std::string hostile = "'; DROP TABLE users; --";
    ListQuery query = by_level();
    query.conditions = {{logs().find("operator"), Lookup::exact, {hostile}},
                        {logs().find("message"), Lookup::icontains, {"50%_\\"}},
                        {logs().find("address"), Lookup::in, {"a\"b", "c\\d", "{e,f}"}}};
    query.words = {hostile};
    const ListSql sql = list_sql(logs(), query, {}, Nesting::objects);
    EXPECT_EQ(sql.sql.find("DROP"), std::string::npos);
    EXPECT_EQ(texts(sql),
              (std::vector<std::string>{hostile, R"(%50\%\_\\%)", R"({"a\"b","c\\d","{e,f}"})", "%" + hostile + "%"}));
}

TEST(ListSqlOf, BeginsAPageWhereAnIndexCan) {
    const ListSql sql =
        list_sql(logs(), by_level(), {.limit = 3, .after = model::Position{"info", "7"}, .with_positions = true},
                 Nesting::objects);
    EXPECT_NE(sql.sql.find(R"(WHERE t."level" < $1::text ORDER BY)"), std::string::npos) << sql.sql;
    EXPECT_NE(sql.sql.find(R"(WHERE t."level" = $1::text AND t."id" > $2::bigint ORDER BY)"), std::string::npos);
    EXPECT_NE(sql.sql.find(R"(("_o2")::text AS "_2")"), std::string::npos);
    EXPECT_EQ(texts(sql), (std::vector<std::string>{"info", "7"}));
}

TEST(ListSqlOf, FindsNothingBehindANullButItsEquals) {
    ListQuery query = by_level();
    query.order.front() = {logs().find("address"), false};
    const model::Position at_null{std::nullopt, "7"};
    const std::string forward = list_sql(logs(), query, {.limit = 3, .after = at_null}, Nesting::objects).sql;
    EXPECT_EQ(forward.find("UNION"), std::string::npos) << forward;
    EXPECT_NE(forward.find(R"(t."address" IS NULL AND t."id" > $1::bigint)"), std::string::npos);
    const std::string backward =
        list_sql(logs(), query, {.limit = 3, .after = at_null, .backwards = true}, Nesting::objects).sql;
    EXPECT_NE(backward.find(R"(WHERE t."address" IS NOT NULL ORDER BY t."address" DESC, t."id" DESC)"),
              std::string::npos)
        << backward;
}

TEST(CountSqlOf, CountsWithoutOrderOrJoin) {
    ListQuery query = by_level();
    query.conditions = {{logs().find("level"), Lookup::exact, {"error"}}};
    EXPECT_EQ(count_sql(logs(), query).sql, R"(SELECT count(*) FROM watchdxg_log AS t WHERE t."level" = $1::text)");
}

}  // namespace
}  // namespace wdx::store
