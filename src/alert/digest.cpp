#include "alert/digest.hpp"

#include "alert/kinds.hpp"
#include "insight/html.hpp"
#include "insight/words.hpp"

#include <algorithm>

#include <boost/json/array.hpp>
#include <fmt/format.h>

namespace wdx::alert {
namespace {

namespace json = boost::json;
using insight::counted;
using insight::number;

constexpr int kPercent = 100;

std::string count(std::int64_t value) {
    return number(static_cast<double>(value));
}

std::string changed(std::int64_t change) {
    if (change == 0) return "as before";
    return fmt::format("{} {}", count(std::abs(change)), change > 0 ? "more" : "fewer");
}

/// One line of the summary.
struct Line {
    std::string what;
    std::string figure;
};

/// A heading and what stands below it.
struct Part {
    std::string heading;
    std::vector<Line> lines{};
    std::vector<std::string> sentences{};
};

void add_figure(Part& part, std::string what, const Span& span) {
    if (!span.to) return;
    std::string figure = count(*span.to);
    if (span.from) figure += ", " + changed(span.change());
    part.lines.push_back({std::move(what), std::move(figure)});
}

std::string share_text(const DigestAccount& account) {
    const auto share = [](std::optional<std::int64_t> harmful, std::optional<std::int64_t> classified) {
        return number(kPercent * static_cast<double>(harmful.value_or(0)) /
                          static_cast<double>(std::max<std::int64_t>(classified.value_or(0), 1)),
                      1);
    };
    std::string text = share(account.harmful.to, account.classified.to) + " %";
    if (account.classified.from.value_or(0) >= kLeastClassified)
        text += fmt::format(", {} % before", share(account.harmful.from, account.classified.from));
    return text;
}

bool has_changed(const DigestAccount& account) {
    return account.users.change() != 0 || account.followers.change() != 0 || account.harmful.change() != 0 ||
           account.classified.change() != 0 || account.posts.change() != 0 || account.new_users > 0 ||
           account.gone_users > 0 || account.renamed_users > 0;
}

Part part_of(const DigestAccount& account) {
    Part part{account.account.handle.empty() ? "An account without a handle" : "@" + account.account.handle};
    add_figure(part, "Followers", account.followers);
    add_figure(part, "Users known", account.users);
    if (account.new_users > 0) part.lines.push_back({"New", count(account.new_users)});
    if (account.gone_users > 0) part.lines.push_back({"Gone", count(account.gone_users)});
    if (account.renamed_users > 0) part.lines.push_back({"Renamed", count(account.renamed_users)});
    add_figure(part, "Judged", account.classified);
    if (account.classified.to.value_or(0) >= kLeastClassified)
        part.lines.push_back({"Harmful, of the judged", share_text(account)});
    add_figure(part, "Posts", account.posts);
    return part;
}

Part part_of_work(const DigestFigures& figures) {
    Part part{"Work"};
    if (figures.verdicts > 0) part.lines.push_back({"Verdicts given", count(figures.verdicts)});
    if (figures.unjudged > 0) part.lines.push_back({"Users not judged yet", count(figures.unjudged)});
    if (figures.actions_done > 0) part.lines.push_back({"Actions done", count(figures.actions_done)});
    if (figures.actions_failed > 0) part.lines.push_back({"Actions failed", count(figures.actions_failed)});
    if (figures.actions_waiting > 0) part.lines.push_back({"Actions waiting", count(figures.actions_waiting)});
    return part;
}

Part part_of_alerts(const DigestFigures& figures) {
    Part part{counted(static_cast<double>(figures.alerts_total), "alert", "alerts")};
    part.sentences = figures.alerts;
    const auto more = figures.alerts_total - static_cast<std::int64_t>(figures.alerts.size());
    if (more > 0) part.sentences.push_back(fmt::format("And {} more.", count(more)));
    return part;
}

std::vector<Part> parts_of(const DigestFigures& figures) {
    std::vector<Part> parts;
    if (figures.alerts_total > 0) parts.push_back(part_of_alerts(figures));
    for (const DigestAccount& account : figures.accounts)
        if (has_changed(account)) parts.push_back(part_of(account));
    Part work = part_of_work(figures);
    if (!work.lines.empty()) parts.push_back(std::move(work));
    return parts;
}

std::string heading_of(const DigestFigures& figures) {
    if (figures.is_daily) return fmt::format("Your audience on {}", day_text(figures.from));
    return fmt::format("Your audience from {} to {}", day_text(figures.from),
                       day_text(figures.to - std::chrono::days(1)));
}

std::string text_of(const std::string& heading, const std::vector<Part>& parts) {
    std::string text = heading + '\n';
    for (const Part& part : parts) {
        text += fmt::format("\n{}\n", part.heading);
        for (const std::string& sentence : part.sentences) text += fmt::format("- {}\n", sentence);
        std::size_t width = 0;
        for (const Line& line : part.lines) width = std::max(width, line.what.size());
        for (const Line& line : part.lines) text += fmt::format("  {:<{}}  {}\n", line.what, width, line.figure);
    }
    text.pop_back();
    return text;
}

void append_cell(std::string& html, std::string_view style, std::string_view text) {
    html += fmt::format("<td style=\"{}\">", style);
    insight::append_escaped(html, text);
    html += "</td>";
}

std::string html_of(const std::string& heading, const std::vector<Part>& parts, const std::string& link) {
    std::string html =
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"></head>"
        "<body style=\"font-family:sans-serif;max-width:40em;line-height:1.5;color:#222\"><h1 "
        "style=\"font-size:1.3em\">";
    insight::append_escaped(html, heading);
    html += "</h1>\n";
    for (const Part& part : parts) {
        html += "<h2 style=\"font-size:1.05em;margin:1.4em 0 0.3em\">";
        insight::append_isolated(html, part.heading);
        html += "</h2>\n";
        for (const std::string& sentence : part.sentences) {
            html += "<p dir=\"auto\" style=\"margin:0.3em 0\">";
            insight::append_escaped(html, sentence);
            html += "</p>\n";
        }
        if (part.lines.empty()) continue;
        html += "<table style=\"border-collapse:collapse\">\n";
        for (const Line& line : part.lines) {
            html += "<tr>";
            append_cell(html, "padding:0.15em 1.5em 0.15em 0;color:#666", line.what);
            append_cell(html, "padding:0.15em 0", line.figure);
            html += "</tr>\n";
        }
        html += "</table>\n";
    }
    if (!link.empty()) {
        html += "<p style=\"margin-top:1.5em\"><a href=\"";
        insight::append_escaped(html, link);
        html += "\">Open the console</a></p>\n";
    }
    return html + "</body></html>\n";
}

json::object json_of(const Span& span) {
    const auto value = [](std::optional<std::int64_t> one) { return one ? json::value(*one) : json::value(nullptr); };
    return {{"from", value(span.from)}, {"to", value(span.to)}};
}

json::object data_of(const DigestFigures& figures) {
    json::array accounts;
    for (const DigestAccount& one : figures.accounts)
        accounts.push_back({{"account_id", one.account.id},
                            {"handle", one.account.handle},
                            {"users", json_of(one.users)},
                            {"followers", json_of(one.followers)},
                            {"harmful", json_of(one.harmful)},
                            {"classified", json_of(one.classified)},
                            {"posts", json_of(one.posts)},
                            {"new", one.new_users},
                            {"gone", one.gone_users},
                            {"renamed", one.renamed_users}});
    return {{"from", day_text(figures.from)},
            {"to", day_text(figures.to)},
            {"accounts", std::move(accounts)},
            {"verdicts", figures.verdicts},
            {"actions_done", figures.actions_done},
            {"actions_failed", figures.actions_failed},
            {"actions_waiting", figures.actions_waiting},
            {"unjudged", figures.unjudged},
            {"alerts", figures.alerts_total}};
}

}  // namespace

bool is_quiet(const DigestFigures& figures) {
    return figures.verdicts == 0 && figures.actions_done == 0 && figures.actions_failed == 0 &&
           figures.alerts_total == 0 && std::none_of(figures.accounts.begin(), figures.accounts.end(), &has_changed);
}

Said say_digest(const DigestFigures& figures, const std::string& link) {
    const std::string heading = heading_of(figures);
    const std::vector<Part> parts = parts_of(figures);
    return {kind::kDigest, text_of(heading, parts), data_of(figures), html_of(heading, parts, link)};
}

}  // namespace wdx::alert
