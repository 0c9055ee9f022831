#include "api/routes.hpp"

#include "api/alerts/routes.hpp"
#include "api/edits/routes.hpp"
#include "api/insight/routes.hpp"
#include "api/lists/routes.hpp"
#include "api/live/routes.hpp"
#include "api/login/routes.hpp"
#include "api/openapi/routes.hpp"
#include "api/pages/routes.hpp"
#include "base/json_writer.hpp"

#include <algorithm>

namespace wdx::api {
namespace {

/// Rows of one file stand together, in the order in which the documentation shows them.
std::vector<Route> make_table() {
    std::vector<Route> table;
    for (const auto rows : {token_routes(),         refresh_routes(),        session_routes(),        me_routes(),
                            second_factor_routes(), account_routes(),        statistics_routes(),     history_routes(),
                            calibration_routes(),   cohort_routes(),         triage_routes(),         audience_routes(),
                            data_quality_routes(),  user_routes(),           classification_routes(), signal_routes(),
                            report_routes(),        server_routes(),         list_routes(),           action_routes(),
                            snooze_routes(),        planned_action_routes(), exemption_routes(),      edit_routes(),
                            preference_routes(),    alert_routes(),          event_routes(),          console_routes(),
                            schema_routes(),        page_routes(),           console_page_routes(),   probe_routes()})
        table.insert(table.end(), rows.begin(), rows.end());
    return table;
}

constexpr std::string_view kNumber = "{id}";
constexpr std::string_view kRest = "...";

bool is_number(std::string_view text) {
    return text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

std::optional<std::vector<std::string>> match_pattern(std::string_view pattern, std::string_view path) {
    std::vector<std::string> values;
    while (!pattern.empty()) {
        if (pattern.front() == '{') {
            const std::string_view part = pattern.substr(0, pattern.find('}') + 1);
            const bool takes_rest = part.substr(0, part.size() - 1).ends_with(kRest);
            const std::string_view value = takes_rest ? path : path.substr(0, path.find('/'));
            if (value.empty() || (part == kNumber && !is_number(value))) return std::nullopt;
            values.emplace_back(value);
            path.remove_prefix(value.size());
            pattern.remove_prefix(part.size());
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

std::span<const Route> all_routes() {
    static const std::vector<Route> table = make_table();
    return table;
}

std::optional<Match> match_route(std::string_view path) {
    const std::span<const Route> table = all_routes();
    for (auto row = table.begin(); row != table.end(); ++row) {
        auto values = match_pattern(row->pattern, path);
        if (!values) continue;
        const auto is_other = [&](const Route& route) { return route.pattern != row->pattern; };
        return Match{.routes = {row, std::find_if(row, table.end(), is_other)}, .values = *std::move(values)};
    }
    return std::nullopt;
}

const Route* Match::find(std::string_view method) const {
    const std::string_view wanted = method == "HEAD" ? "GET" : method;
    for (const Route& route : routes)
        if (name_of(route.verb) == wanted) return &route;
    return nullptr;
}

bool Match::takes_body_of_anybody() const {
    return path().needs == Needs::nothing &&
           std::any_of(routes.begin(), routes.end(), [](const Route& route) { return route.body != nullptr; });
}

std::string Match::allow() const {
    std::string out;
    for (const Route& route : routes) {
        out += name_of(route.verb);
        out += route.verb == Verb::get ? ", HEAD, " : ", ";
    }
    return out + "OPTIONS";
}

std::string Match::metadata() const {
    std::string out =
        fmt::format(R"({{"name":{},"description":{},"renders":["application/json"],"parses":["application/json"])",
                    base::json_string(path().view), base::json_string(path().docstring));
    // As in DRF, what can be sent with the methods that replace or make something.
    std::string actions;
    for (const Route& route : routes) {
        if (route.body == nullptr || (route.verb != Verb::put && route.verb != Verb::post)) continue;
        actions += fmt::format(R"({}"{}":{})", actions.empty() ? "" : ",", name_of(route.verb),
                               route.recorded_fields.empty() ? rest::render_body_metadata(*route.body)
                                                             : std::string(route.recorded_fields));
    }
    if (!actions.empty()) out += fmt::format(R"(,"actions":{{{}}})", actions);
    return out + '}';
}

}  // namespace wdx::api
