#include "api/routes.hpp"

#include <array>

namespace wdx::api {
namespace {

constexpr std::array kRoutes{
    Route{Verb::post, "/api/token/", &obtain_token, Needs::nothing, "Log in: obtain an access and a refresh token",
          Layer::frozen, Throttled::login},
    Route{Verb::post, "/api/token/refresh/", &refresh_token, Needs::nothing, "Rotate a refresh token", Layer::frozen,
          Throttled::refresh},
    Route{Verb::post, "/api/token/verify/", &verify_token, Needs::nothing, "Verify a token of either type"},
    Route{Verb::post, "/api/token/blacklist/", &blacklist_token, Needs::nothing, "Log out: blacklist a refresh token"},
    Route{Verb::get, "/api/sessions/", &list_sessions, Needs::login, "List live sessions"},
    Route{Verb::del, "/api/sessions/", &destroy_other_sessions, Needs::login, "End all sessions but this one"},
    Route{Verb::get, "/api/sessions/{jti}/", &retrieve_session, Needs::login, "Retrieve one session"},
    Route{Verb::del, "/api/sessions/{jti}/", &destroy_session, Needs::login, "End one session"},
    Route{Verb::get, "/api/me/", &retrieve_me, Needs::login, "Retrieve the operator"},
    Route{Verb::post, "/api/me/password/", &change_my_password, Needs::login,
          "Change the operator's password and end every session"},
    Route{Verb::get, "/api/accounts/", &list_accounts, Needs::login, "List the watched X accounts", Layer::open,
          Throttled::api, rest::Formats::list},
    Route{Verb::get, "/api/accounts/{handle}/", &retrieve_account, Needs::login, "Retrieve one X account",
          Layer::frozen},
    Route{Verb::get, "/api/accounts/{handle}/stats/", &retrieve_statistics, Needs::login,
          "Statistics of an account's audience"},
    Route{Verb::get, "/api/accounts/{handle}/history/", &list_history, Needs::login,
          "What an account's audience was like, day by day"},
    Route{Verb::get, "/api/accounts/{handle}/changes/", &list_changes, Needs::login,
          "What has changed in an account's audience"},
    Route{Verb::get, "/api/accounts/{handle}/calibration/", &retrieve_calibration, Needs::login,
          "How the signals and the score do on the operator's verdicts"},
    Route{Verb::get, "/api/accounts/{handle}/cohorts/", &list_cohorts, Needs::login,
          "Groups of users that look alike, larger than chance"},
    Route{Verb::get, "/api/accounts/{handle}/triage/", &list_triage, Needs::login,
          "Whom a verdict is worth most for now"},
    Route{Verb::get, "/api/accounts/{handle}/data-quality/", &list_data_quality, Needs::login,
          "What is known to be wrong in the rows of an account"},
    Route{Verb::get, "/api/users/", &list_users, Needs::login, "List X users", Layer::frozen, Throttled::api,
          rest::Formats::list},
    Route{Verb::get, "/api/users/{id}/", &retrieve_user, Needs::login, "Retrieve one X user"},
    Route{Verb::get, "/api/users/{id}/posts/", &list_posts_of_user, Needs::login, "List the posts of an X user",
          Layer::open, Throttled::api, rest::Formats::list},
    Route{Verb::get, "/api/users/{id}/classification/", &retrieve_classification, Needs::login,
          "Retrieve the verdict on a user"},
    Route{Verb::put, "/api/users/{id}/classification/", &update_classification, Needs::login,
          "Give or replace the verdict on a user"},
    Route{Verb::patch, "/api/users/{id}/classification/", &partial_update_classification, Needs::login,
          "Change parts of the verdict on a user"},
    Route{Verb::del, "/api/users/{id}/classification/", &destroy_classification, Needs::login,
          "Make a user unclassified"},
    Route{Verb::get, "/api/users/{id}/signals/", &retrieve_signals, Needs::login, "Explain the score of one X user"},
    Route{Verb::get, "/api/users/{id}/report/", &retrieve_report, Needs::login,
          "Report on one X user, to keep or to send", Layer::open, Throttled::api, rest::Formats::report},
    Route{Verb::post, "/api/reports/", &create_report, Needs::login, "Report on many X users", Layer::open,
          Throttled::api, rest::Formats::report},
    Route{Verb::get, "/api/signals/", &describe_signals, Needs::login, "Describe the signals that make a score"},
    Route{Verb::get, "/api/posts/", &list_posts, Needs::login, "List posts", Layer::open, Throttled::api,
          rest::Formats::list},
    Route{Verb::get, "/api/posts/{id}/", &retrieve_post, Needs::login, "Retrieve one post"},
    Route{Verb::get, "/api/classifications/", &list_classifications, Needs::login, "List verdicts on X users",
          Layer::open, Throttled::api, rest::Formats::list},
    Route{Verb::post, "/api/classifications/", &create_classifications, Needs::login,
          "Give or change the verdict on many users, all or none"},
    Route{Verb::get, "/api/actions/", &list_actions, Needs::login, "List what was done about X users", Layer::open,
          Throttled::api, rest::Formats::list},
    Route{Verb::post, "/api/actions/", &create_actions, Needs::login,
          "Note what was done about one user or many, all or none"},
    Route{Verb::get, "/api/actions/{id}/", &retrieve_action, Needs::login, "Retrieve one action"},
    Route{Verb::patch, "/api/actions/{id}/", &partial_update_action, Needs::login, "Change an action"},
    Route{Verb::del, "/api/actions/{id}/", &destroy_action, Needs::login, "Delete an action"},
    Route{Verb::get, "/api/logs/", &list_logs, Needs::login, "List what the server did and what went wrong",
          Layer::open, Throttled::api, rest::Formats::list},
    Route{Verb::get, "/api/events/", &stream_events, Needs::login, "Stream changes as server-sent events", Layer::open,
          Throttled::api, rest::Formats::event_stream},
    Route{Verb::get, "/api/schema/", &retrieve_schema, Needs::login, "Retrieve this document (OpenAPI 3.1)"},
    Route{Verb::get, "/api/docs/", &show_docs, Needs::nothing, "Show this document to people", Layer::open,
          Throttled::api, rest::Formats::html},
    Route{Verb::get, "/api/docs/{file}", &show_docs_file, Needs::nothing, "Retrieve a file of that page", Layer::open,
          Throttled::api, rest::Formats::html},
};

constexpr std::array kMetadata{
    Metadata{"/api/token/", "Token Obtain Pair",
             R"("Takes a set of user credentials and returns an access and refresh JSON web\ntoken pair to prove the )"
             R"(authentication of those credentials.")",
             R"({"POST":{"username":{"type":"string","required":true,"read_only":false,"label":"Username"},)"
             R"("password":{"type":"string","required":true,"read_only":false,"label":"Password"}}})"},
    Metadata{"/api/token/refresh/", "Token Refresh",
             R"("Takes a refresh type JSON web token and returns an access type JSON web\ntoken if the refresh token )"
             R"(is valid.")",
             R"({"POST":{"refresh":{"type":"string","required":true,"read_only":false,"label":"Refresh"},)"
             R"("access":{"type":"string","required":false,"read_only":true,"label":"Access"}}})"},
    Metadata{
        "/api/token/verify/", "Token Verify",
        R"("Takes a token and indicates if it is valid.  This view provides no\ninformation about a token's fitness )"
        R"(for a particular use.")",
        R"({"POST":{"token":{"type":"string","required":true,"read_only":false,"label":"Token"}}})"},
    Metadata{
        "/api/token/blacklist/", "Token Blacklist",
        R"("Takes a token and blacklists it. Must be used with the\n`rest_framework_simplejwt.token_blacklist` app )"
        R"(installed.")",
        R"({"POST":{"refresh":{"type":"string","required":true,"read_only":false,"label":"Refresh"}}})"},
    Metadata{"/api/sessions/", "Session List", R"("")", ""},
    Metadata{"/api/sessions/{jti}/", "Session Instance", R"("")", ""},
    Metadata{"/api/me/", "Me", R"("")", ""},
    Metadata{"/api/me/password/", "Change Password", R"("")",
             R"({"POST":{"current_password":{"type":"string","required":true,"read_only":false,)"
             R"("label":"Current password"},"new_password":{"type":"string","required":true,"read_only":false,)"
             R"("label":"New password"},"otp":{"type":"string","required":false,"read_only":false,"label":"Otp"}}})"},
    Metadata{"/api/accounts/", "Account List", R"("")", ""},
    Metadata{"/api/accounts/{handle}/", "X Account Retrieve", R"("")", ""},
    Metadata{"/api/accounts/{handle}/stats/", "Account Statistics", R"("")", ""},
    Metadata{"/api/accounts/{handle}/history/", "Account History", R"("")", ""},
    Metadata{"/api/accounts/{handle}/changes/", "Account Changes", R"("")", ""},
    Metadata{"/api/accounts/{handle}/calibration/", "Account Calibration", R"("")", ""},
    Metadata{"/api/accounts/{handle}/cohorts/", "Account Cohorts", R"("")", ""},
    Metadata{"/api/accounts/{handle}/triage/", "Account Triage", R"("")", ""},
    Metadata{"/api/accounts/{handle}/data-quality/", "Account Data Quality", R"("")", ""},
    Metadata{"/api/users/", "X User List", R"("")", ""},
    Metadata{"/api/users/{id}/", "User Instance", R"("")", ""},
    Metadata{"/api/users/{id}/posts/", "Post List", R"("")", ""},
    Metadata{"/api/users/{id}/classification/", "Classification Instance", R"("")",
             R"({"PUT":{"harmful":{"type":"boolean","required":true,"read_only":false,)"
             R"("label":"Harmful"},"inactive":{"type":"boolean","required":true,"read_only":false,)"
             R"("label":"Inactive"},"notes":{"type":"string","required":false,"read_only":false,)"
             R"("label":"Notes"}}})"},
    Metadata{"/api/users/{id}/signals/", "User Signals", R"("")", ""},
    Metadata{"/api/users/{id}/report/", "User Report", R"("")", ""},
    Metadata{"/api/reports/", "Report", R"("")",
             R"({"POST":{"user_ids":{"type":"list","required":true,"read_only":false,"label":"User ids",)"
             R"("child":{"type":"integer","required":true,"read_only":false}}}})"},
    Metadata{"/api/signals/", "Signal Descriptions", R"("")", ""},
    Metadata{"/api/posts/", "Post List", R"("")", ""},
    Metadata{"/api/posts/{id}/", "Post Instance", R"("")", ""},
    Metadata{"/api/classifications/", "Classification List", R"("")",
             R"({"POST":{"user_ids":{"type":"list","required":true,"read_only":false,"label":"User ids",)"
             R"("child":{"type":"integer","required":true,"read_only":false}},)"
             R"("harmful":{"type":"boolean","required":false,"read_only":false,"label":"Harmful"},)"
             R"("inactive":{"type":"boolean","required":false,"read_only":false,"label":"Inactive"},)"
             R"("notes":{"type":"string","required":false,"read_only":false,"label":"Notes"}}})"},
    Metadata{"/api/actions/", "Action List", R"("")",
             R"({"POST":{"user_id":{"type":"integer","required":false,"read_only":false,)"
             R"("label":"User id"},"user_ids":{"type":"list","required":false,"read_only":false,)"
             R"("label":"User ids","child":{"type":"integer","required":true,"read_only":false}},)"
             R"("action_type":{"type":"string","required":true,"read_only":false,"label":"Action type",)"
             R"("max_length":50},"timestamp":{"type":"datetime","required":false,"read_only":false,)"
             R"("label":"Timestamp"},"notes":{"type":"string","required":false,"read_only":false,)"
             R"("label":"Notes"}}})"},
    Metadata{"/api/actions/{id}/", "Action Instance", R"("")", ""},
    Metadata{"/api/logs/", "Log List", R"("")", ""},
    Metadata{"/api/events/", "Event Stream", R"("")", ""},
    Metadata{"/api/schema/", "Schema", R"("")", ""},
    Metadata{"/api/docs/", "Docs", R"("")", ""},
    Metadata{"/api/docs/{file}", "Docs File", R"("")", ""},
};

std::string_view name_of(Verb verb) {
    switch (verb) {
        case Verb::get:
            return "GET";
        case Verb::post:
            return "POST";
        case Verb::put:
            return "PUT";
        case Verb::patch:
            return "PATCH";
        case Verb::del:
            break;
    }
    return "DELETE";
}

constexpr std::string_view kNumber = "{id}";

/// @return the values of the pattern's `{...}` parts, nullopt when the path is another
std::optional<std::vector<std::string>> match_pattern(std::string_view pattern, std::string_view path) {
    std::vector<std::string> values;
    while (!pattern.empty()) {
        if (pattern.front() == '{') {
            const std::string_view segment = path.substr(0, path.find('/'));
            const bool is_number = segment.find_first_not_of("0123456789") == std::string_view::npos;
            if (segment.empty() || (pattern.starts_with(kNumber) && !is_number)) return std::nullopt;
            values.emplace_back(segment);
            path.remove_prefix(segment.size());
            pattern.remove_prefix(pattern.find('}') + 1);
            continue;
        }
        const std::string_view literal = pattern.substr(0, pattern.find('{'));
        if (!path.starts_with(literal)) return std::nullopt;
        path.remove_prefix(literal.size());
        pattern.remove_prefix(literal.size());
    }
    if (!path.empty()) return std::nullopt;
    return values;
}

}  // namespace

std::span<const Route> all_routes() {
    return kRoutes;
}

std::span<const Metadata> all_metadata() {
    return kMetadata;
}

std::optional<Match> match_route(std::string_view path) {
    Match match;
    for (const Route& route : kRoutes) {
        if (!match.routes.empty() && match.routes.front()->pattern != route.pattern) continue;
        auto values = match_pattern(route.pattern, path);
        if (!values) continue;
        match.values = std::move(*values);
        match.routes.push_back(&route);
    }
    if (match.routes.empty()) return std::nullopt;
    for (const Metadata& metadata : kMetadata)
        if (metadata.pattern == match.routes.front()->pattern) match.metadata = &metadata;
    return match;
}

const Route* Match::find(std::string_view method) const {
    const std::string_view wanted = method == "HEAD" ? "GET" : method;
    for (const Route* route : routes)
        if (name_of(route->verb) == wanted) return route;
    return nullptr;
}

std::string Match::allow() const {
    std::string out;
    for (const Route* route : routes) {
        out += name_of(route->verb);
        out += route->verb == Verb::get ? ", HEAD, " : ", ";
    }
    return out + "OPTIONS";
}

std::string render_metadata(const Metadata& metadata) {
    std::string out =
        fmt::format(R"({{"name":"{}","description":{},"renders":["application/json"],"parses":["application/json"])",
                    metadata.name, metadata.description);
    if (!metadata.actions.empty()) out += fmt::format(",\"actions\":{}", metadata.actions);
    return out + '}';
}

http::Response no_content() {
    http::Response response;
    response.status = 204;
    return response;
}

http::Response ok(std::string json) {
    http::Response response;
    response.body = std::move(json);
    return response;
}

}  // namespace wdx::api
