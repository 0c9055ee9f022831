#include "insight/report_html.hpp"

#include "base/json_reader.hpp"

#include <stdexcept>

#include <fmt/format.h>

namespace wdx::insight {
namespace {

using base::JsonMember;
using base::JsonValue;
using Kind = base::JsonValue::Kind;

constexpr std::string_view kHead = R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Report on X users</title>
<style>
body { font: 15px/1.45 sans-serif; color: #1a1a1a; background: #fff; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.25rem; margin-top: 2.5rem; border-top: 2px solid #444; padding-top: 1rem; }
h3 { font-size: 1rem; margin: 1.5rem 0 .4rem; }
table { border-collapse: collapse; width: 100%; }
th, td { border: 1px solid #ccc; padding: .25rem .5rem; text-align: left; vertical-align: top; }
th { background: #f2f2f2; font-weight: 600; white-space: nowrap; }
th:first-child:nth-last-child(2) { width: 12rem; }
td { white-space: pre-wrap; overflow-wrap: anywhere; }
code, pre { font: 13px/1.4 monospace; overflow-wrap: anywhere; }
pre { white-space: pre-wrap; direction: ltr; unicode-bidi: isolate; border: 1px solid #ccc; padding: .5rem; }
i { color: #666; }
@media print { body { margin: 0; max-width: none; } }
</style>
</head>
<body>
)";

void append_escaped(std::string& html, std::string_view text) {
    for (const char c : text) {
        switch (c) {
            case '&':
                html += "&amp;";
                break;
            case '<':
                html += "&lt;";
                break;
            case '>':
                html += "&gt;";
                break;
            case '"':
                html += "&quot;";
                break;
            case '\'':
                html += "&#39;";
                break;
            case '\r':
                html += "&#13;";
                break;
            default:
                html += c;
        }
    }
}

/// A text of anybody's is isolated, so that its direction changes nothing around it.
void append_value(std::string& html, const JsonValue& value) {
    if (value.kind == Kind::null) {
        html += "<i>unknown</i>";
    } else if (value.is_string()) {
        html += "<bdi>";
        append_escaped(html, value.string);
        html += "</bdi>";
    } else {
        append_escaped(html, value.raw);
    }
}

void append_heading(std::string& html, std::string_view text) {
    html += "<h3>";
    append_escaped(html, text);
    html += "</h3>\n";
}

void append_row(std::string& html, std::string_view name, const JsonValue& value) {
    html += "<tr><th>";
    append_escaped(html, name);
    html += "</th><td>";
    append_value(html, value);
    html += "</td></tr>\n";
}

/// An object as a table of two columns.
void append_object(std::string& html, std::string_view heading, const JsonValue& object, std::string_view none) {
    append_heading(html, heading);
    if (!object.is_object()) {
        html += fmt::format("<p>{}</p>\n", none);
        return;
    }
    html += "<table>\n";
    for (const JsonMember& member : object.members) append_row(html, member.name, member.value);
    html += "</table>\n";
}

/// Objects with the same members as a table with a head.
void append_objects(std::string& html, const JsonValue& objects) {
    if (objects.elements.empty()) return;
    html += "<table>\n<tr>";
    for (const JsonMember& member : objects.elements.front().members) {
        html += "<th>";
        append_escaped(html, member.name);
        html += "</th>";
    }
    html += "</tr>\n";
    for (const JsonValue& object : objects.elements) {
        html += "<tr>";
        for (const JsonMember& member : object.members) {
            html += "<td>";
            append_value(html, member.value);
            html += "</td>";
        }
        html += "</tr>\n";
    }
    html += "</table>\n";
}

/// `{"total","rows"}`, or null where the core has no such table.
void append_newest(std::string& html, std::string_view heading, const JsonValue& list) {
    if (!list.is_object()) {
        append_heading(html, heading);
        html += "<p>This generation of the core keeps none.</p>\n";
        return;
    }
    const JsonValue& rows = *list.find("rows");
    append_heading(html, fmt::format("{}: {} of {}", heading, rows.elements.size(), list.find("total")->raw));
    append_objects(html, rows);
}

void append_signals(std::string& html, const JsonValue& signals) {
    append_heading(html, "Signals");
    html += "<table>\n";
    for (const std::string_view name : {"version", "risk", "band"}) append_row(html, name, *signals.find(name));
    html += "</table>\n";
    append_objects(html, *signals.find("signals"));
}

void append_user(std::string& html, const JsonValue& user) {
    const JsonValue& profile = *user.find("profile");
    const JsonValue* handle = profile.find("handle");
    html += "<section>\n<h2>User ";
    append_value(html, *profile.find("id"));
    if (handle != nullptr && handle->is_string()) {
        html += ", ";
        append_value(html, *handle);
    }
    html += "</h2>\n";
    append_object(html, "Profile", profile, "");
    append_object(html, "Seen at the account", *user.find("account"), "None.");
    append_object(html, "Verdict", *user.find("verdict"), "None.");
    append_signals(html, *user.find("signals"));
    append_newest(html, "Actions", *user.find("actions"));
    append_newest(html, "Posts", *user.find("posts"));
    html += "</section>\n";
}

}  // namespace

std::string render_report_html(std::string_view report, std::string_view sha256) {
    const auto document = base::read_json(report);
    const auto* value = std::get_if<JsonValue>(&document);
    if (value == nullptr) throw std::runtime_error("the report is no JSON");
    const JsonValue& users = *value->find("users");
    std::string html(kHead);
    html += fmt::format("<h1>Report on {} X {}</h1>\n<p>Of ", users.elements.size(),
                        users.elements.size() == 1 ? "user" : "users");
    append_value(html, *value->find("generated_at"));
    html += ", by ";
    append_value(html, *value->find("generator"));
    html += ". The signals suggest; the verdict is the operator's.</p>\n<p>SHA-256 of the JSON at the end: <code>";
    append_escaped(html, sha256);
    html += "</code></p>\n";
    for (const JsonValue& user : users.elements) append_user(html, user);
    html += "<h2>The same as JSON</h2>\n<pre id=\"report\">";
    append_escaped(html, report);
    html += "</pre>\n</body>\n</html>\n";
    return html;
}

}  // namespace wdx::insight
