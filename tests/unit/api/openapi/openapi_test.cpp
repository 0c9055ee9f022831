#include "api/openapi/openapi.hpp"

#include "api/routes.hpp"

#include <algorithm>
#include <set>

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace wdx::api {
namespace {

namespace json = boost::json;

json::value document(std::string_view generation, bool basic_auth = false) {
    return json::parse(make_openapi(all_routes(), store::CoreSchema::of(generation), basic_auth));
}

bool has_property(const json::value& doc, std::string_view schema, std::string_view property) {
    return doc.at("components").at("schemas").at(schema).at("properties").as_object().contains(property);
}

TEST(MakeOpenapi, HasEveryOperationOfTheRouteTable) {
    std::size_t found = 0;
    const json::value doc = document("v3");
    for (const auto& [path, methods] : doc.at("paths").as_object()) found += methods.as_object().size();
    EXPECT_EQ(found, all_routes().size());
}

TEST(MakeOpenapi, LeavesOutWhatAnOlderSchemaLacks) {
    const json::value v1 = document("v1");
    const json::value v2 = document("v2");
    const json::value v3 = document("v3");
    EXPECT_FALSE(has_property(v1, "UserSelection", "certified"));
    EXPECT_TRUE(has_property(v2, "UserSelection", "certified"));
    EXPECT_FALSE(has_property(v2, "UserSelection", "last_updated"));
    EXPECT_TRUE(has_property(v3, "UserSelection", "last_updated"));
    EXPECT_FALSE(v1.at("components").at("schemas").as_object().contains("Verdict"));
}

TEST(MakeOpenapi, SaysWhetherCreatedAtIsADateOrATime) {
    const auto format = [](std::string_view generation) {
        return document(generation)
            .at("components")
            .at("schemas")
            .at("User")
            .at("properties")
            .at("created_at")
            .at("format");
    };
    EXPECT_EQ(format("v2"), "date-time");
    EXPECT_EQ(format("v3"), "date");
}

TEST(MakeOpenapi, AdvertisesBasicOnlyWhereItIsOn) {
    const auto has_basic = [](const json::value& doc) {
        return doc.at("components").at("securitySchemes").as_object().contains("basic");
    };
    EXPECT_FALSE(has_basic(document("v3")));
    EXPECT_TRUE(has_basic(document("v3", true)));
}

TEST(MakeOpenapi, FiltersByVerdictWhereRowsAreAboutUsers) {
    std::set<std::string> filtered;
    const json::value doc = document("v3");
    for (const auto& [path, methods] : doc.at("paths").as_object()) {
        const json::value* get = methods.as_object().if_contains("get");
        if (get == nullptr || !get->as_object().contains("parameters")) continue;
        const json::array& parameters = get->at("parameters").as_array();
        const json::value verdict{{"$ref", "#/components/parameters/Verdict"}};
        if (std::find(parameters.begin(), parameters.end(), verdict) != parameters.end()) filtered.emplace(path);
    }
    EXPECT_EQ(filtered,
              (std::set<std::string>{"/api/actions/", "/api/classifications/", "/api/planned-actions/", "/api/posts/",
                                     "/api/snoozes/", "/api/users/", "/api/users/{id}/posts/"}));
}

TEST(OpenApiDocument, FollowsTheSchema) {
    OpenApiDocument document(all_routes(), false);
    const store::CoreSchema older = store::CoreSchema::of("v1");
    const store::CoreSchema newer = store::CoreSchema::of("v3");
    EXPECT_EQ(document.text(older), make_openapi(all_routes(), older, false));
    EXPECT_EQ(document.text(newer), make_openapi(all_routes(), newer, false));
}

}  // namespace
}  // namespace wdx::api
