#include "store/core/list_conditions.hpp"

#include "store/core/views.hpp"

#include <gtest/gtest.h>

namespace wdx::store {
namespace {

using model::Lookup;
using Texts = std::vector<std::string>;

const model::View& posts() {
    static const model::View view = view_of(model::kPosts, CoreSchema::of("v3"), {});
    return view;
}

/// The conditions of a query, and the values of their parameters behind them.
Texts conditions_of(const model::ListQuery& query) {
    SqlParams params;
    Texts out = list_conditions(posts(), query, params);
    for (const db::Param& param : std::move(params).take()) out.emplace_back(param.data());
    return out;
}

Texts filter(std::string_view field, Lookup lookup, Texts values) {
    model::ListQuery query;
    query.conditions = {{posts().find(field), lookup, std::move(values)}};
    return conditions_of(query);
}

TEST(ListConditions, HasSqlForEveryLookup) {
    EXPECT_EQ(filter("likes", Lookup::exact, {"5"}), (Texts{R"(t."likes" = $1::bigint)", "5"}));
    EXPECT_EQ(filter("likes", Lookup::gte, {"5"}), (Texts{R"(t."likes" >= $1::bigint)", "5"}));
    EXPECT_EQ(filter("likes", Lookup::gt, {"5"}), (Texts{R"(t."likes" > $1::bigint)", "5"}));
    EXPECT_EQ(filter("likes", Lookup::lt, {"5"}), (Texts{R"(t."likes" < $1::bigint)", "5"}));
    EXPECT_EQ(filter("likes", Lookup::lte, {"5"}), (Texts{R"(t."likes" <= $1::bigint)", "5"}));
    EXPECT_EQ(filter("likes", Lookup::range, {"5", "9"}),
              (Texts{R"(t."likes" BETWEEN $1::bigint AND $2::bigint)", "5", "9"}));
    EXPECT_EQ(filter("likes", Lookup::in, {"5", "9"}), (Texts{R"(t."likes" = ANY ($1::bigint[]))", R"({"5","9"})"}));
    EXPECT_EQ(filter("likes", Lookup::isnull, {"true"}), (Texts{R"(t."likes" IS NULL)"}));
    EXPECT_EQ(filter("likes", Lookup::isnull, {"false"}), (Texts{R"(t."likes" IS NOT NULL)"}));
    EXPECT_EQ(filter("text", Lookup::iexact, {"a"}), (Texts{R"(lower(t."text") = lower($1::text))", "a"}));
    EXPECT_EQ(filter("text", Lookup::contains, {"a"}), (Texts{R"(t."text" LIKE $1::text)", "%a%"}));
    EXPECT_EQ(filter("text", Lookup::icontains, {"a"}), (Texts{R"(t."text" ILIKE $1::text)", "%a%"}));
    EXPECT_EQ(filter("text", Lookup::startswith, {"a_"}), (Texts{R"(t."text" LIKE $1::text)", R"(a\_%)"}));
    EXPECT_EQ(filter("text", Lookup::istartswith, {"a"}), (Texts{R"(t."text" ILIKE $1::text)", "a%"}));
}

TEST(ListConditions, ComparesTimesByMicroseconds) {
    EXPECT_EQ(filter("timestamp", Lookup::lt, {"7"}),
              (Texts{R"(t."timestamp" < ('epoch'::timestamptz + $1::bigint * interval '1 microsecond'))", "7"}));
}

TEST(ListConditions, LooksForTheAccountAmongTheUsers) {
    EXPECT_EQ(filter("account_id", Lookup::exact, {"3"}),
              (Texts{"t.user_id IN (SELECT u.id FROM users AS u WHERE u.account_id = $1::bigint)", "3"}));
}

TEST(ListConditions, ChoosesByVerdict) {
    model::ListQuery query;
    query.verdicts = {model::VerdictFilter::harmful, model::VerdictFilter::unclassified};
    EXPECT_EQ(conditions_of(query),
              (Texts{"(EXISTS (SELECT FROM classification AS v WHERE v.user_id = t.user_id AND (v.harmful)) OR NOT "
                     "EXISTS (SELECT FROM classification AS v WHERE v.user_id = t.user_id))"}));
}

TEST(WhereSql, IsNothingWithoutConditions) {
    EXPECT_EQ(where_sql({}), "");
    EXPECT_EQ(where_sql({"a", "b"}), " WHERE a AND b");
}

}  // namespace
}  // namespace wdx::store
