#include "store/core/core_indexes.hpp"

#include <algorithm>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wdx::store {
namespace {

using testing::ElementsAre;
using testing::IsNull;
using testing::NotNull;
using testing::StartsWith;

const CoreIndex& index_named(std::string_view name) {
    return *std::ranges::find(core_indexes(), name, &CoreIndex::name);
}

FoundIndex found(std::vector<std::string> keys, std::string method = "btree") {
    return {.name = "any",
            .quoted = "public.any",
            .is_valid = true,
            .is_whole = true,
            .method = std::move(method),
            .keys = std::move(keys)};
}

TEST(CoreIndexes, HaveNamesOfTheirOwnWithOurPrefixThatPostgreSqlDoesNotCut) {
    constexpr std::size_t kLongestName = 63;
    std::set<std::string_view> names;
    for (const CoreIndex& index : core_indexes()) {
        EXPECT_THAT(std::string(index.name), StartsWith("wdx_"));
        EXPECT_LE(index.name.size(), kLongestName);
        EXPECT_TRUE(names.insert(index.name).second) << index.name;
    }
}

TEST(CoreIndexes, KnowTheirColumns) {
    EXPECT_THAT(columns_of(index_named("wdx_users_account_id_followers_count_id")),
                ElementsAre("account_id", "followers_count", "id"));
    EXPECT_THAT(columns_of(index_named("wdx_users_lower_handle")), ElementsAre("handle"));
    EXPECT_THAT(columns_of(index_named("wdx_users_trigrams")), ElementsAre("handle", "username", "bio"));
}

TEST(CoreIndexes, AreMadeBesideTheCoreWithOperatorsFromWherePgTrgmIs) {
    EXPECT_EQ(create_statement(index_named("wdx_posts_timestamp_id"), ""),
              "CREATE INDEX CONCURRENTLY IF NOT EXISTS wdx_posts_timestamp_id ON posts USING btree"
              " (timestamp DESC NULLS LAST, id)");
    EXPECT_EQ(create_statement(index_named("wdx_posts_trigrams"), "\"a b\""),
              "CREATE INDEX CONCURRENTLY IF NOT EXISTS wdx_posts_trigrams ON posts USING gin"
              " (text \"a b\".gin_trgm_ops)");
}

TEST(FindServing, TakesALongerIndexAndAnyDirectionWhereNoneIsWanted) {
    const CoreIndex& wanted = index_named("wdx_users_account_id_id");
    EXPECT_THAT(find_serving({found({"account_id", "id", "handle"})}, wanted), NotNull());
    EXPECT_THAT(find_serving({found({"account_id", "id DESC"})}, wanted), NotNull());
    EXPECT_THAT(find_serving({found({"account_id"})}, wanted), IsNull());
    EXPECT_THAT(find_serving({found({"id", "account_id"})}, wanted), IsNull());
    EXPECT_THAT(find_serving({found({"account_id", "id"}, "gist")}, wanted), IsNull());
}

TEST(FindServing, WantsTheDirectionOfAnOrder) {
    const CoreIndex& wanted = index_named("wdx_posts_timestamp_id");
    EXPECT_THAT(find_serving({found({"timestamp DESC NULLS LAST", "id"})}, wanted), NotNull());
    EXPECT_THAT(find_serving({found({"timestamp DESC", "id"})}, wanted), IsNull());
    EXPECT_THAT(find_serving({found({"timestamp", "id"})}, wanted), IsNull());
}

TEST(FindServing, TakesTrigramsOfMoreColumnsInAnyOrder) {
    const CoreIndex& wanted = index_named("wdx_users_trigrams");
    EXPECT_THAT(
        find_serving(
            {found({"bio gin_trgm_ops", "featured_url gin_trgm_ops", "handle gin_trgm_ops", "username gin_trgm_ops"},
                   "gin")},
            wanted),
        NotNull());
    EXPECT_THAT(find_serving({found({"handle gin_trgm_ops", "username gin_trgm_ops"}, "gin")}, wanted), IsNull());
}

TEST(FindServing, PassesOverWhatIsBrokenOrOfSomeRowsAlone) {
    const CoreIndex& wanted = index_named("wdx_users_account_id_id");
    FoundIndex broken = found({"account_id", "id"});
    broken.is_valid = false;
    FoundIndex partial = found({"account_id", "id"});
    partial.is_whole = false;
    EXPECT_THAT(find_serving({broken, partial}, wanted), IsNull());
    EXPECT_THAT(find_broken({broken, partial}, wanted), IsNull()) << "not of ours";
    broken.name = wanted.name;
    EXPECT_THAT(find_broken({partial, broken}, wanted), NotNull());
}

}  // namespace
}  // namespace wdx::store
