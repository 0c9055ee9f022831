#include "insight/report_user.hpp"

#include "insight/html.hpp"
#include "insight/report_json.hpp"
#include "insight/report_timeline.hpp"
#include "insight/report_words.hpp"
#include "insight/words.hpp"
#include "model/signals.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace wdx::insight {
namespace {

using base::JsonMember;
using base::JsonValue;
using model::Signal;

constexpr std::size_t kLongestHandle = 50;  ///< that is taken for one; X allows 15

/// A signal as the report has it.
struct Found {
    const Signal* signal;
    std::optional<double> value;
    double threshold;  ///< 0 for a yes-or-no rule
    double weight;
    double contribution;
    std::string_view missing;
};

/// In the report's order.
std::vector<Found> signals_of(const JsonValue& user) {
    std::vector<Found> all;
    for (const JsonValue& one : user.find("signals")->find("signals")->elements) {
        const std::string_view id = text_of(one.find("id"));
        const auto known = model::all_signals();
        const auto signal = std::find_if(known.begin(), known.end(), [&](const Signal& s) { return s.id == id; });
        if (signal == known.end()) continue;
        all.push_back({.signal = &*signal,
                       .value = number_of(one.find("value")),
                       .threshold = number_of(one.find("threshold")).value_or(0),
                       .weight = number_of(one.find("weight")).value_or(0),
                       .contribution = number_of(one.find("contribution")).value_or(0),
                       .missing = text_of(one.find("missing"))});
    }
    return all;
}

/// The strongest first.
std::vector<Found> firing(std::vector<Found> signals) {
    std::erase_if(signals, [](const Found& found) { return found.contribution == 0; });
    std::stable_sort(signals.begin(), signals.end(), [](const Found& a, const Found& b) {
        return std::abs(a.contribution) > std::abs(b.contribution);
    });
    return signals;
}

// -- who

/// `Name @handle`.
void append_name(std::string& html, const JsonValue& user) {
    const JsonValue& profile = *user.find("profile");
    const std::string_view name = text_of(profile.find("username"));
    const std::string_view handle = text_of(profile.find("handle"));
    if (!name.empty()) append_isolated(html, name);
    if (!handle.empty()) {
        html += name.empty() ? R"(<span>)" : R"( <span class="handle">)";
        append_isolated(html, fmt::format("@{}", handle));
        html += "</span>";
    }
    if (name.empty() && handle.empty()) html += fmt::format("User {} (no name stored)", profile.find("id")->raw);
}

/// What is known of her in short, as the parts of one sentence.
std::vector<std::string> clauses_of(const JsonValue& user) {
    const JsonValue& profile = *user.find("profile");
    std::vector<std::string> clauses;
    if (const std::string_view joined = text_of(profile.find("created_at")); !joined.empty()) {
        clauses.emplace_back("joined X in ");
        append_escaped(clauses.back(), month_words(joined));
    }
    if (const JsonValue& account = *user.find("account"); account.is_object()) {
        const auto follows = truth_of(profile.find("follower"));
        clauses.emplace_back(!follows ? "was seen at the account " : *follows ? "follows " : "does not follow ");
        append_isolated(clauses.back(), fmt::format("@{}", text_of(account.find("handle"))));
    }
    const JsonValue* followers = profile.find("followers_count");
    const JsonValue* following = profile.find("following_count");
    if (followers != nullptr && followers->is_number())
        clauses.push_back(
            fmt::format("has {} follower{}", count_words(followers->raw), followers->raw == "1" ? "" : "s"));
    if (following != nullptr && following->is_number())
        clauses.push_back(
            fmt::format("follows {} account{} in all", count_words(following->raw), following->raw == "1" ? "" : "s"));
    if (const std::string_view seen = text_of(profile.find("last_updated")); !seen.empty()) {
        clauses.emplace_back("was last seen on ");
        append_escaped(clauses.back(), moment_words(seen));
    }
    return clauses;
}

bool is_plain_handle(std::string_view handle) {
    return !handle.empty() && handle.size() <= kLongestHandle && std::all_of(handle.begin(), handle.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    });
}

void append_sentence(std::string& html, const JsonValue& user) {
    html += R"(<p class="lead">)";
    append_name(html, user);
    const std::vector<std::string> clauses = clauses_of(user);
    if (clauses.empty()) html += ": nothing else of the profile is stored";
    for (std::size_t i = 0; i < clauses.size(); ++i)
        html += fmt::format("{}{}", i == 0 ? " " : i + 1 == clauses.size() ? " and " : ", ", clauses[i]);
    html += ".</p>\n";
    const std::string_view handle = text_of(user.find("profile")->find("handle"));
    if (is_plain_handle(handle)) html += fmt::format("<p class=\"meta\">https://x.com/{}</p>\n", handle);
}

// -- verdict and score

void append_verdict(std::string& html, const JsonValue& verdict) {
    html += fmt::format("<div><h3>Verdict</h3>\n<p class=\"result\">{}</p>\n", verdict_words(verdict));
    if (verdict.is_object()) {
        const std::string_view at = text_of(verdict.find("classified_at"));
        html += R"(<p class="meta">The operator's decision)";
        if (!at.empty()) html += ", ";
        append_escaped(html, moment_words(at));
        html += ".</p>\n";
        if (const std::string_view notes = text_of(verdict.find("notes")); !notes.empty()) append_block(html, notes);
    } else {
        html += "<p class=\"meta\">The operator has not judged this user.</p>\n";
    }
    html += "</div>\n";
}

std::string band_words(const JsonValue& signals) {
    std::string band(text_of(signals.find("band")));
    std::replace(band.begin(), band.end(), '_', ' ');
    return band;
}

void append_score(std::string& html, const JsonValue& signals) {
    html += "<div><h3>Score</h3>\n";
    const auto score = number_of(signals.find("risk"));
    if (!score) {
        html += "<p class=\"result\">None</p>\n<p class=\"meta\">Nothing that it is made from is stored.</p>\n</div>\n";
        return;
    }
    html += fmt::format(R"(<p class="result">{} <small>of 1)", score_words(*score));
    if (const std::string band = band_words(signals); !band.empty()) {
        html += ", ";
        append_escaped(html, band);
    }
    html += "</small></p>\n<p class=\"meta\">";
    if (const auto rank = number_of(signals.find("rank")))
        html += fmt::format("Rank {} of 1 among the users seen at the same account. ", score_words(*rank));
    if (const std::string_view at = text_of(signals.find("as_of")); !at.empty()) {
        html += "Computed on ";
        append_escaped(html, moment_words(at));
        html += ". ";
    }
    if (const auto probability = number_of(signals.find("probability")))
        html += fmt::format(
            "By the operator's verdicts on users drawn at random, {} of 100 users with such a score are "
            "harmful. ",
            number(*probability * 100));
    html += "A score orders users; it is not a probability.</p>\n</div>\n";
}

// -- why

void append_why(std::string& html, const JsonValue& user) {
    const std::vector<Found> all = signals_of(user);
    const std::vector<Found> found = firing(all);
    html += "<h3>Why: the signals that fire</h3>\n";
    if (!found.empty()) {
        html += R"(<table class="signals">
<thead><tr><th scope="col">Signal</th><th scope="col">Found</th><th scope="col" class="limit">Fires at</th>)"
                R"(<th scope="col" class="figure">Adds</th></tr></thead>
<tbody>
)";
        for (const Found& one : found) {
            html += R"(<tr><th scope="row">)";
            append_escaped(html, one.signal->title);
            html += R"(<span class="why">)";
            append_escaped(html, one.signal->why);
            html += fmt::format("</span></th><td>{}</td><td class=\"limit\">{}</td><td class=\"figure\">{}</td></tr>\n",
                                value_words(*one.signal, one.value.value_or(0)),
                                threshold_words(*one.signal, one.threshold), contribution_words(one.contribution));
        }
        html += "</tbody>\n</table>\n";
    }
    const auto without = std::count_if(all.begin(), all.end(), [](const Found& one) { return !one.value; });
    const auto quiet = static_cast<std::ptrdiff_t>(all.size() - found.size()) - without;
    html += R"(<p class="note">)";
    html += found.empty() ? "No signal fires." : "The strongest first.";
    if (std::any_of(found.begin(), found.end(), [](const Found& one) { return one.contribution < 0; }))
        html += " What lowers the score speaks for the user.";
    if (quiet > 0 && !found.empty())
        html += fmt::format(" {} other signal{} not fire.", quiet, quiet == 1 ? " does" : "s do");
    if (without > 0) html += fmt::format(" {} could not be computed for want of data.", without);
    html += "</p>\n";
}

// -- every value

void append_value(std::string& html, const JsonValue& value) {
    if (value.kind == JsonValue::Kind::null) {
        html += R"(<span class="none">not stored</span>)";
    } else if (value.is_string()) {
        append_isolated(html, value.string);
    } else {
        append_escaped(html, value.raw);
    }
}

void append_group(std::string& html, std::string_view title, const JsonValue& object) {
    if (!object.is_object()) return;
    html += fmt::format("<tbody>\n<tr class=\"group\"><th scope=\"rowgroup\" colspan=\"2\">{}</th></tr>\n", title);
    for (const JsonMember& member : object.members) {
        html += R"(<tr><th scope="row"><code>)";
        append_escaped(html, member.name);
        html += "</code></th><td>";
        append_value(html, member.value);
        html += "</td></tr>\n";
    }
    html += "</tbody>\n";
}

/// `missing: posts`; `handle: too little` says it by itself.
std::string missing_words(std::string_view missing) {
    return fmt::format("{}{}", missing.find(':') == std::string_view::npos ? "missing: " : "", missing);
}

void append_all_signals(std::string& html, const JsonValue& user) {
    html += "<h4>All signals, by the rules of version ";
    append_escaped(html, text_of(user.find("signals")->find("version")));
    html += R"(</h4>
<table class="every">
<thead><tr><th scope="col">Signal</th><th scope="col">Found</th><th scope="col" class="limit">Fires at</th>)"
            R"(<th scope="col" class="figure">Weight</th><th scope="col" class="figure">Adds</th></tr></thead>
<tbody>
)";
    for (const Found& one : signals_of(user)) {
        html += R"(<tr><th scope="row"><code>)";
        append_escaped(html, one.signal->id);
        html += "</code></th><td>";
        if (one.value) {
            html += value_words(*one.signal, *one.value);
        } else {
            html += R"(<span class="none">not computed ()";
            append_escaped(html, missing_words(one.missing));
            html += ")</span>";
        }
        html += fmt::format(
            "</td><td class=\"limit\">{}</td><td class=\"figure\">{}</td><td class=\"figure\">{}</td></tr>\n",
            threshold_words(*one.signal, one.threshold), number_words(one.weight),
            one.contribution == 0 ? "0" : contribution_words(one.contribution));
    }
    html += "</tbody>\n</table>\n";
}

void append_values(std::string& html, const JsonValue& user) {
    html +=
        "<h3>All values</h3>\n<p class=\"note\">As they are stored, posts and actions aside, which stand in full in "
        "the "
        "timeline.</p>\n<table class=\"values\">\n<thead><tr><th scope=\"col\">Field</th><th scope=\"col\">Value</th>"
        "</tr></thead>\n";
    append_group(html, "Profile", *user.find("profile"));
    append_group(html, "Account at which the user was seen", *user.find("account"));
    append_group(html, "Verdict", *user.find("verdict"));
    html += "</table>\n";
    append_all_signals(html, user);
}

}  // namespace

void append_user_row(std::string& html, const JsonValue& user, std::size_t place) {
    const JsonValue& signals = *user.find("signals");
    const auto score = number_of(signals.find("risk"));
    const std::vector<Found> found = firing(signals_of(user));
    html += fmt::format(R"(<tr><td class="figure">{0}</td><th scope="row"><a href="#user-{0}">)", place);
    append_name(html, user);
    html += fmt::format("</a></th><td>{}</td><td class=\"figure\">{}</td><td>", verdict_words(*user.find("verdict")),
                        score ? score_words(*score) : "none");
    if (found.empty()) {
        html += "none fires";
    } else {
        append_escaped(html, found.front().signal->title);
        if (found.front().contribution < 0) html += ", for the user";
    }
    html += "</td></tr>\n";
}

void append_user(std::string& html, const JsonValue& user, std::size_t place, std::size_t users) {
    const bool is_alone = users == 1;
    html += fmt::format("<section class=\"user{}\" id=\"user-{}\">\n<div class=\"head\">\n<h2>",
                        is_alone ? " alone" : "", place);
    if (!is_alone) html += fmt::format(R"(<span class="number">{}</span>)", place);
    append_name(html, user);
    html += "</h2>\n";
    append_sentence(html, user);
    html += "<div class=\"finding\">\n";
    append_verdict(html, *user.find("verdict"));
    append_score(html, *user.find("signals"));
    html += "</div>\n</div>\n";
    append_why(html, user);
    append_timeline(html, user);
    append_values(html, user);
    html += "</section>\n";
}

}  // namespace wdx::insight
