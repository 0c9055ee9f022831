#include "rest/list_query.hpp"

#include "rest/error.hpp"

#include <array>

#include <gtest/gtest.h>

namespace wdx::rest {
namespace {

using model::Column;
using model::Lookup;
using model::Type;

/// Users as a core without `certified` has them.
const model::View& users() {
    static const model::View view = [] {
        model::View made{.resource = &model::kUsers, .columns = {}, .has_classification = true};
        for (const model::Field& field : model::kUsers.fields)
            made.columns.push_back(Column{&field, field.type, field.name != "certified", std::string(field.name)});
        return made;
    }();
    return view;
}

ListRequest read(const QueryParams& params) {
    return read_list(params, users(), Format::json);
}

std::string refusal(std::string_view query) {
    const QueryParams params(query);
    try {
        read(params);
    } catch (const ApiError& error) {
        EXPECT_EQ(error.status, 400U);
        return error.body;
    }
    return "(none)";
}

std::vector<std::string> names(const std::vector<const Column*>& columns) {
    std::vector<std::string> out;
    for (const Column* column : columns) out.emplace_back(column->field->name);
    return out;
}

std::string ordering(std::string_view query) {
    std::string out;
    for (const model::Order& order : read(QueryParams(query)).query.order)
        out += (order.descending ? "-" : "+") + std::string(order.column->field->name);
    return out;
}

using Strings = std::vector<std::string>;

/// What `refuse_other_names` has against a query.
std::string other_names(std::string_view query) {
    const QueryParams params(query);
    try {
        refuse_other_names(params, users());
    } catch (const ApiError& error) {
        EXPECT_EQ(error.status, 400U);
        return error.body;
    }
    return "(none)";
}

TEST(RefuseOtherNames, LeavesWhatChoosesOrShowsUsers) {
    EXPECT_EQ(other_names(""), "(none)");
    EXPECT_EQ(other_names("account_id=1&handle__in=a,b&classification=sane&cohort=x&search=a&corrected=true"),
              "(none)");
    EXPECT_EQ(other_names("ordering=-risk&fields=id&expand=signals&format=csv&bom=true&risk__gte=0.5"), "(none)");
}

TEST(RefuseOtherNames, NamesSlipsAndPages) {
    EXPECT_EQ(other_names("acount_id=1"),
              R"({"acount_id":["There is no field 'acount_id'; the nearest is 'account_id'."]})");
    EXPECT_EQ(other_names("limit=1&page_size=2"),
              R"({"limit":["Leave this out: all users that match are chosen."],)"
              R"("page_size":["Leave this out: all users that match are chosen."]})");
}

TEST(RefuseOtherNames, NamesTenAtMost) {
    std::string query;
    for (int i = 0; i < 900; ++i) query += "&name" + std::to_string(i) + "=1";
    const std::string body = other_names(query);
    EXPECT_NE(body.find("name9"), std::string::npos);
    EXPECT_EQ(body.find("name10"), std::string::npos);
}

TEST(ReadList, HasTheDefaultFieldsAndOrder) {
    const ListRequest request = read(QueryParams(""));
    EXPECT_EQ(names(request.query.output), (Strings{"id", "account_id", "handle", "username", "bio", "created_at",
                                                    "following_count", "followers_count", "featured_url", "follower"}));
    EXPECT_TRUE(request.query.conditions.empty());
    EXPECT_EQ(ordering(""), "+id");
}

TEST(ReadList, ReadsAFilterOfEachType) {
    const struct {
        const char* query;
        Lookup lookup;
        Strings values;
    } cases[] = {
        {"id=7", Lookup::exact, {"7"}},
        {"followers_count__gte=%2B5", Lookup::gte, {"5"}},
        {"id__in=1,+2,,3", Lookup::in, {"1", "2", "3"}},
        {"id__range=1,9", Lookup::range, {"1", "9"}},
        {"handle__icontains=a,b", Lookup::icontains, {"a,b"}},
        {"created_at__lt=2020-01-01", Lookup::lt, {"2020-01-01"}},
        {"last_updated__gt=1970-01-01T00:00:01Z", Lookup::gt, {"1000000"}},
        {"follower=True", Lookup::exact, {"true"}},
        {"bio__isnull=0", Lookup::isnull, {"false"}},
        {"id=1&id=2", Lookup::exact, {"2"}},
        {"id=99999999999999999999", Lookup::exact, {"9223372036854775807"}},
    };
    for (const auto& [query, lookup, values] : cases) {
        const ListRequest request = read(QueryParams(query));
        ASSERT_EQ(request.query.conditions.size(), 1U) << query;
        EXPECT_EQ(request.query.conditions.front().lookup, lookup) << query;
        EXPECT_EQ(request.query.conditions.front().values, values) << query;
    }
}

TEST(ReadList, IgnoresWhatNobodyKnowsAndWhatIsEmpty) {
    for (const char* query : {"colour=red", "colour__shade=x", "colour__gte=", "id=", "id__nothing=", "search=",
                              "ordering=", "fields=", "expand=", "classification=", "certified="})
        EXPECT_TRUE(read(QueryParams(query)).query.conditions.empty()) << query;
}

TEST(ReadList, RefusesALookupOfAFieldThatThereIsNot) {
    try {
        read(QueryParams("colour__gte=x&colour=red&idd__in=1"));
        FAIL();
    } catch (const ApiError& error) {
        EXPECT_EQ(error.status, 400U);
        EXPECT_EQ(error.body, R"({"colour__gte":["There is no field 'colour'; the nearest is 'id'."],)"
                              R"("idd__in":["There is no field 'idd'; the nearest is 'id'."]})");
    }
}

TEST(ReadList, NamesWhatDoesNotFit) {
    const std::array<std::pair<const char*, const char*>, 20> cases{{
        {"id=x", R"({"id":["Enter a number."]})"},
        {"id__in=1,x", R"({"id__in":["Enter a number."]})"},
        {"id__range=1", R"({"id__range":["Range query expects two values."]})"},
        {"id__range=1,2,3", R"({"id__range":["Range query expects two values."]})"},
        {"id__contains=1", R"({"id__contains":["Unsupported lookup 'contains'."]})"},
        {"id__exact=1", R"({"id__exact":["Unsupported lookup 'exact'."]})"},
        {"handle__gt=a", R"({"handle__gt":["Unsupported lookup 'gt'."]})"},
        {"handle__=a", R"({"handle__":["Unsupported lookup ''."]})"},
        {"created_at=2020", R"({"created_at":["Enter a valid date."]})"},
        {"last_updated=soon", R"({"last_updated":["Enter a valid date/time."]})"},
        {"follower=yes", R"({"follower":["Select a valid choice. yes is not one of the available choices."]})"},
        {"bio__isnull=x", R"({"bio__isnull":["Select a valid choice. x is not one of the available choices."]})"},
        {"bio=%00", R"({"bio":["Null characters are not allowed."]})"},
        {"search=%00", R"({"search":["Null characters are not allowed."]})"},
        {"classification=bad",
         R"({"classification":["Select a valid choice. bad is not one of the available choices."]})"},
        {"ordering=-colour", R"({"ordering":["Select a valid choice. -colour is not one of the available choices."]})"},
        {"ordering=classification",
         R"({"ordering":["Select a valid choice. classification is not one of the available choices."]})"},
        {"fields=id,colour", R"({"fields":["Select a valid choice. colour is not one of the available choices."]})"},
        {"expand=handle", R"({"expand":["Select a valid choice. handle is not one of the available choices."]})"},
        {"id=x&ordering=y", R"({"id":["Enter a number."],)"
                            R"("ordering":["Select a valid choice. y is not one of the available choices."]})"},
    }};
    for (const auto& [query, body] : cases) EXPECT_EQ(refusal(query), body) << query;
}

TEST(ReadList, SaysThatTheCoreHasNoSuchColumn) {
    const std::string why = "The core's schema in this database has no such column.";
    EXPECT_EQ(refusal("certified=true"), R"({"certified":[")" + why + R"("]})");
    EXPECT_EQ(refusal("fields=certified"), R"({"fields":["certified: )" + why + R"("]})");
    EXPECT_EQ(refusal("ordering=-certified"), R"({"ordering":["certified: )" + why + R"("]})");
}

TEST(ReadList, ReadsWordsAndPhrases) {
    EXPECT_EQ(read(QueryParams("search=crypto+air,drop%20%22two%20words%22+a%22b")).query.words,
              (Strings{"crypto", "air", "drop", "two words", "a\"b"}));
    EXPECT_EQ(refusal("search=" +
                      [] {
                          std::string words;
                          for (int i = 0; i < 33; ++i) words += "w+";
                          return words;
                      }()),
              R"({"search":["Ensure this value has at most 32 words."]})");
}

TEST(ReadList, EndsEveryOrderWithTheKey) {
    EXPECT_EQ(ordering("ordering=-followers_count,handle"), "-followers_count+handle+id");
    EXPECT_EQ(ordering("ordering=-id,handle"), "-id");
    EXPECT_EQ(ordering("ordering=handle,-handle"), "+handle+id");
}

TEST(ReadList, ChoosesFieldsInTheOrderGiven) {
    EXPECT_EQ(names(read(QueryParams("fields=handle,+id,handle,classification")).query.output),
              (Strings{"handle", "id", "classification"}));
    EXPECT_EQ(names(read(QueryParams("fields=id&expand=classification")).query.output),
              (Strings{"id", "classification"}));
    EXPECT_EQ(names(read(QueryParams("expand=classification")).query.output).back(), "classification");
}

TEST(AsksForMore, IsFalseForWhatTheOriginalKnewOrIgnored) {
    for (const char* query :
         {"", "account_id=1", "account_id=x", "colour=red", "colour__shade=1", "colour__gte=", "limit=", "format=json"})
        EXPECT_FALSE(asks_for_more(QueryParams(query), model::kUsers, "account_id")) << query;
    for (const char* query : {"limit=5", "account_id__in=1", "handle=a", "handle__x=a", "colour__gte=1", "bom=true",
                              "search=a", "cursor=a", "classification=sane", "certified=true"})
        EXPECT_TRUE(asks_for_more(QueryParams(query), model::kUsers, "account_id")) << query;
}

}  // namespace
}  // namespace wdx::rest
