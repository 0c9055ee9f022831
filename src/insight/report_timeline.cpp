#include "insight/report_timeline.hpp"

#include "insight/html.hpp"
#include "insight/report_json.hpp"
#include "insight/report_words.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace wdx::insight {
namespace {

using base::JsonValue;

enum class What { joined, post, action, verdict, seen };

struct Event {
    What what;
    std::string_view time;  ///< without its `Z`, so that a fraction sorts behind the whole second; empty: none
    const JsonValue* row;
};

std::string_view time_of(const JsonValue& row, std::string_view name) {
    std::string_view time = text_of(row.find(name));
    if (time.ends_with('Z')) time.remove_suffix(1);
    return time;
}

void add_rows(std::vector<Event>& events, const JsonValue* list, What what) {
    if (list == nullptr || !list->is_object()) return;
    const std::vector<JsonValue>& rows = list->find("rows")->elements;
    // They come with the newest first.
    std::for_each(rows.rbegin(), rows.rend(), [&](const JsonValue& row) {
        events.push_back({what, time_of(row, "timestamp"), &row});
    });
}

std::vector<Event> events_of(const JsonValue& user) {
    std::vector<Event> events;
    const JsonValue& profile = *user.find("profile");
    if (const auto joined = time_of(profile, "created_at"); !joined.empty())
        events.push_back({What::joined, joined, &profile});
    add_rows(events, user.find("posts"), What::post);
    if (const JsonValue& verdict = *user.find("verdict"); verdict.is_object())
        events.push_back({What::verdict, time_of(verdict, "classified_at"), &verdict});
    add_rows(events, user.find("actions"), What::action);
    if (const auto seen = time_of(profile, "last_updated"); !seen.empty())
        events.push_back({What::seen, seen, &profile});
    std::stable_sort(events.begin(), events.end(), [](const Event& a, const Event& b) {
        if (a.time.empty() || b.time.empty()) return !a.time.empty() && b.time.empty();
        return a.time < b.time;
    });
    return events;
}

/// `Name @handle` of the author, of whom at least one is there.
void append_author(std::string& html, std::string_view name, std::string_view handle) {
    if (!name.empty()) append_isolated(html, name);
    if (!name.empty() && !handle.empty()) html += ' ';
    if (!handle.empty()) append_isolated(html, fmt::format("@{}", handle));
}

void append_post(std::string& html, const JsonValue& post, const JsonValue& profile) {
    const bool is_repost = truth_of(post.find("repost")).value_or(false);
    const std::string_view name = text_of(post.find("username"));
    const std::string_view handle = text_of(post.find("handle"));
    const bool is_own = name == text_of(profile.find("username")) && handle == text_of(profile.find("handle"));
    html += fmt::format(R"(<span class="event">{}</span>)", is_repost ? "Repost" : "Post");
    if (!is_own && !(name.empty() && handle.empty())) {
        html += is_repost ? " of a post by " : " as ";
        append_author(html, name, handle);
    }
    if (const std::string_view text = text_of(post.find("text")); !text.empty()) {
        html += '\n';
        append_block(html, text);
    } else {
        html += R"( <span class="none">without text</span>)";
    }
    html += R"(<p class="meta">)";
    for (const auto& [field, one, many] :
         {std::array{"likes", "like", "likes"}, std::array{"reposts", "repost", "reposts"},
          std::array{"replies", "reply", "replies"}, std::array{"views", "view", "views"}}) {
        const JsonValue* count = post.find(field);
        if (count == nullptr || !count->is_number()) continue;
        html += fmt::format("{} {}, ", count_words(count->raw), count->raw == "1" ? one : many);
    }
    // As X addresses a post whose author it is not told.
    html += fmt::format("https://x.com/i/web/status/{}</p>", post.find("id")->raw);
}

void append_action(std::string& html, const JsonValue& action) {
    html += R"(<span class="event">Action: )";
    const std::string_view type = text_of(action.find("action_type"));
    append_isolated(html, type.empty() ? "of no stored kind" : type);
    html += "</span>\n";
    if (const std::string_view notes = text_of(action.find("notes")); !notes.empty()) append_block(html, notes);
    html += fmt::format(R"(<p class="meta">action {}</p>)", action.find("id")->raw);
}

void append_event(std::string& html, const Event& event, const JsonValue& profile) {
    const bool is_ours = event.what == What::action || event.what == What::verdict;
    html += is_ours ? R"(<tr class="ours">)" : "<tr>";
    html += R"(<th scope="row" class="time">)";
    if (event.time.empty()) {
        html += R"(<span class="none">no time stored</span>)";
    } else {
        append_escaped(html, event.what == What::joined ? month_words(event.time) : table_time(event.time));
    }
    html += "</th><td>";
    switch (event.what) {
        case What::joined:
            html += R"(<span class="event">Joined X</span>)";
            break;
        case What::post:
            append_post(html, *event.row, profile);
            break;
        case What::action:
            append_action(html, *event.row);
            break;
        case What::verdict:
            html += fmt::format(R"(<span class="event">Verdict: {}</span>)", verdict_words(*event.row));
            break;
        case What::seen:
            html += R"(<span class="event">Profile last seen</span>)";
            break;
    }
    html += "</td></tr>\n";
}

/// `All 3 actions`, `The newest 100 of 1,240 posts`, `No posts`.
std::string extent_words(const JsonValue* list, std::string_view one, std::string_view many) {
    if (list == nullptr || !list->is_object()) return fmt::format("This database keeps no {}.", many);
    const std::string_view total = list->find("total")->raw;
    if (total == "0") return fmt::format("No {} are stored.", many);
    if (total == "1") return fmt::format("The only {} stored is shown.", one);
    const std::size_t shown = list->find("rows")->elements.size();
    if (std::to_string(shown) == total) return fmt::format("All {} {} are shown.", shown, many);
    return fmt::format("The newest {} of {} {} are shown.", shown, count_words(total), many);
}

}  // namespace

void append_timeline(std::string& html, const JsonValue& user) {
    html += fmt::format("<h3>Timeline</h3>\n<p class=\"note\">The oldest first, times in UTC. {} {}</p>\n",
                        extent_words(user.find("posts"), "post", "posts"),
                        extent_words(user.find("actions"), "action", "actions"));
    const std::vector<Event> events = events_of(user);
    if (events.empty()) return;
    html +=
        "<table class=\"timeline\">\n<thead><tr><th scope=\"col\" class=\"time\">When</th><th scope=\"col\">What"
        "</th></tr></thead>\n<tbody>\n";
    for (const Event& event : events) append_event(html, event, *user.find("profile"));
    html += "</tbody>\n</table>\n";
}

}  // namespace wdx::insight
