#include "api/routes.hpp"

#include "base/json_reader.hpp"

#include <set>
#include <string>
#include <tuple>

#include <gtest/gtest.h>

namespace wdx::api {
namespace {

using namespace std::string_literals;

/// The pattern of the path's routes with the values of its parts, or `(none)`.
std::string match(std::string_view path) {
    const auto found = match_route(path);
    if (!found) return "(none)";
    std::string text(found->path().pattern);
    for (const std::string& value : found->values) text += ' ' + value;
    return text;
}

TEST(MatchRoute, FindsEveryRouteOfTheTable) {
    EXPECT_EQ(match("/api/token/"), "/api/token/");
    EXPECT_EQ(match("/api/token/refresh/"), "/api/token/refresh/");
    EXPECT_EQ(match("/api/users/"), "/api/users/");
    EXPECT_EQ(match("/api/accounts/synka777/"), "/api/accounts/{handle}/ synka777");
}

TEST(MatchRoute, TakesAnythingButASlashForAHandle) {
    EXPECT_EQ(match("/api/accounts/../"), "/api/accounts/{handle}/ ..");
    EXPECT_EQ(match("/api/accounts/a\nb ?#/"), "/api/accounts/{handle}/ a\nb ?#");
    EXPECT_EQ(match("/api/accounts/\u65E5/"), "/api/accounts/{handle}/ \u65E5");
    EXPECT_EQ(match("/api/accounts/\0/"s), "/api/accounts/{handle}/ \0"s);
    EXPECT_EQ(match("/api/accounts//"), "(none)");
    EXPECT_EQ(match("/api/accounts/a/b/"), "(none)");
}

TEST(MatchRoute, TakesDigitsAloneForAnId) {
    EXPECT_EQ(match("/api/users/7/"), "/api/users/{id}/ 7");
    EXPECT_EQ(match("/api/users/7/posts/"), "/api/users/{id}/posts/ 7");
    EXPECT_EQ(match("/api/posts/99999999999999999999/"), "/api/posts/{id}/ 99999999999999999999");
    for (const std::string_view path : {"/api/users/-7/", "/api/users/7a/", "/api/users/\u0667/", "/api/users/ 7/"})
        EXPECT_EQ(match(path), "(none)") << path;
}

TEST(MatchRoute, ComparesExactly) {
    for (const std::string_view path :
         {"", "/", "/api/", "/api/users", "/api/users//", "//api/users/", "/api//users/", "/API/users/", "/api/Users/",
          "/api/users/x/", "/api/users/ ", "/api/users/\n", "api/users/", "/api/accounts/a", "/api/token/x/", "*"})
        EXPECT_EQ(match(path), "(none)") << path;
}

TEST(MatchPattern, TakesTheRestOfAPathWhereThePatternEndsSo) {
    using Values = std::vector<std::string>;
    EXPECT_EQ(match_pattern("/admin/{path...}", "/admin/assets/app.js"), Values{"assets/app.js"});
    EXPECT_EQ(match_pattern("/admin/{path...}", "/admin/a"), Values{"a"});
    EXPECT_EQ(match_pattern("/admin/{path...}", "/admin/"), std::nullopt);
    EXPECT_EQ(match_pattern("/admin/{path...}", "/other/a"), std::nullopt);
}

TEST(RouteTable, NamesNothingTwice) {
    std::set<std::pair<Verb, std::string_view>> seen;
    std::set<std::string_view> ids;
    for (const Route& route : all_routes()) {
        EXPECT_TRUE(seen.emplace(route.verb, route.pattern).second) << route.pattern;
        EXPECT_TRUE(ids.insert(route.id).second) << route.id;
    }
}

TEST(RouteTable, IsWholeInEveryRow) {
    for (const Route& route : all_routes()) {
        const bool is_file = route.layer == Layer::probe || route.pattern.ends_with("/{file}");
        EXPECT_TRUE(route.pattern.ends_with('/') || is_file) << route.pattern;
        EXPECT_NE(route.handler, nullptr) << route.pattern;
        for (const std::string_view words : {route.view, route.id, route.tag, route.summary, route.help})
            EXPECT_FALSE(words.empty()) << route.pattern;
        EXPECT_EQ(route.gives == Gives::object, !route.answer.empty()) << route.pattern;
        EXPECT_TRUE(route.gives == Gives::object || route.gives == Gives::nothing || route.resource != nullptr);
    }
}

TEST(RouteTable, KeepsTheRowsOfAPathTogetherAndAlike) {
    std::set<std::string_view> patterns;
    const Route* last = nullptr;
    for (const Route& route : all_routes()) {
        if (last != nullptr && last->pattern == route.pattern) {
            EXPECT_EQ(std::tie(last->needs, last->layer, last->throttled, last->view, last->docstring),
                      std::tie(route.needs, route.layer, route.throttled, route.view, route.docstring))
                << route.pattern;
        } else {
            EXPECT_TRUE(patterns.insert(route.pattern).second) << route.pattern;
        }
        last = &route;
    }
}

TEST(RouteTable, LeavesLoginsThePagesAndTheProbesAloneOpen) {
    for (const Route& route : all_routes()) {
        const bool is_open = route.pattern.starts_with("/api/token/") || route.pattern.starts_with("/api/docs/") ||
                             route.pattern.starts_with("/admin/") || route.layer == Layer::probe;
        EXPECT_EQ(route.needs == Needs::nothing, is_open) << route.pattern;
    }
}

TEST(RouteTable, KnowsTheFourRoutesOfTheOriginal) {
    std::set<std::string_view> frozen;
    for (const Route& route : all_routes())
        if (route.layer == Layer::frozen) frozen.insert(route.pattern);
    EXPECT_EQ(frozen, (std::set<std::string_view>{"/api/token/", "/api/token/refresh/", "/api/accounts/{handle}/",
                                                  "/api/users/"}));
}

TEST(MatchFind, ServesHeadByGet) {
    const auto users = match_route("/api/users/");
    ASSERT_TRUE(users);
    EXPECT_NE(users->find("GET"), nullptr);
    EXPECT_EQ(users->find("HEAD"), users->find("GET"));
    for (const std::string_view method : {"POST", "OPTIONS", "PUT", "get", "TRACE", ""})
        EXPECT_EQ(users->find(method), nullptr) << method;
    const auto token = match_route("/api/token/");
    ASSERT_TRUE(token);
    EXPECT_NE(token->find("POST"), nullptr);
    EXPECT_EQ(token->find("HEAD"), nullptr);
}

TEST(MatchAllow, ListsMethodsInDjangosOrder) {
    EXPECT_EQ(match_route("/api/users/")->allow(), "GET, HEAD, OPTIONS");
    EXPECT_EQ(match_route("/api/token/")->allow(), "POST, OPTIONS");
    EXPECT_EQ(match_route("/api/sessions/")->allow(), "GET, HEAD, DELETE, OPTIONS");
}

TEST(MatchMetadata, IsJsonAsSimpleMetadataMakesIt) {
    for (const Route& route : all_routes()) {
        const std::string text = Match{.routes = {&route, 1}, .values = {}}.metadata();
        const auto json = base::read_json(text);
        EXPECT_TRUE(std::holds_alternative<base::JsonValue>(json)) << text;
    }
    EXPECT_EQ(
        match_route("/api/users/")->metadata(),
        R"({"name":"X User List","description":"","renders":["application/json"],"parses":["application/json"]})");
}

TEST(MatchMetadata, ShowsTheFieldsOfWhatCanBePutOrPostedAlone) {
    EXPECT_EQ(match_route("/api/users/7/classification/")->metadata(),
              R"({"name":"Classification Instance","description":"","renders":["application/json"],)"
              R"("parses":["application/json"],"actions":{"PUT":{)"
              R"("harmful":{"type":"boolean","required":true,"read_only":false,"label":"Harmful"},)"
              R"("inactive":{"type":"boolean","required":true,"read_only":false,"label":"Inactive"},)"
              R"("notes":{"type":"string","required":false,"read_only":false,"label":"Notes","max_length":10000},)"
              R"("sampled":{"type":"boolean","required":false,"read_only":false,"label":"Sampled"}}}})");
}

TEST(NoContent, Answers204WithoutABody) {
    EXPECT_EQ(no_content().status, 204U);
    EXPECT_TRUE(no_content().body.empty());
}

TEST(Ok, Answers200WithTheBody) {
    const http::Response response = ok("[]");
    EXPECT_EQ(response.status, 200U);
    EXPECT_EQ(response.body, "[]");
}

}  // namespace
}  // namespace wdx::api
