#include "insight/report_html.hpp"

#include "base/json_reader.hpp"
#include "embedded/insight_pages.hpp"
#include "insight/html.hpp"
#include "insight/report_user.hpp"
#include "insight/report_words.hpp"
#include "model/signals.hpp"

#include <stdexcept>

#include <fmt/format.h>

namespace wdx::insight {
namespace {

using base::JsonValue;

constexpr std::size_t kPiece = 256 * 1024;  ///< bytes of the JSON at the end that are made at a time

// The policy stands in the file, too, which has no headers once it is saved.
constexpr std::string_view kBegin = R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
{style}{margins}</style>
</head>
<body>
<header>
<h1>{title}</h1>
<p class="lead">What was stored on {moment} about {about}, the operator's verdict, why, what happened when, and all values.</p>
<dl class="facts">
<dt>Made by</dt><dd>{generator}</dd>
<dt>Made at</dt><dd>{time} UTC</dd>
<dt>SHA-256</dt><dd><code>{sha256}</code></dd>
</dl>
<div class="read">
<p>A <b>verdict</b> is a decision of the operator, who is a person. <b>Signals</b> and the <b>score</b> are computed by rules: they
say whom to look at, and decide nothing.</p>
<p>The SHA-256 is that of the report as JSON, which stands at the end of the file. Compare it with one that was noted elsewhere:
where they are equal, nothing has changed since. Times are UTC.</p>
</div>
</header>
<main>
)";

/// What stands on each sheet of paper.
constexpr std::string_view kMargins =
    R"(@page {{ @top-left {{ content: "{title}, {time} UTC"; }} @top-right {{ content: "Page " counter(page) " of " counter(pages); }} )"
    R"(@bottom-left {{ content: "SHA-256 {sha256}"; }} }}
)";

constexpr std::string_view kContentsBegin =
    R"(<nav>
<h2>Users in this report</h2>
<table class="contents">
<thead><tr><th scope="col" class="figure">No.</th><th scope="col">User</th><th scope="col">Verdict</th>)"
    R"(<th scope="col" class="figure">Score</th><th scope="col">Strongest signal</th></tr></thead>
<tbody>
)";
constexpr std::string_view kContentsEnd = "</tbody>\n</table>\n</nav>\n";

constexpr std::string_view kSourcesBegin = R"(<section class="appendix sources">
<h2>How the score is made</h2>
<p class="lead">Each signal is a rule. One that fires adds to a sum, by its weight and by how far the value is beyond the
threshold; the score is that sum on a scale from 0 to 1. It says whom to look at first. It is not a probability, and no verdict.</p>
<p class="note">In the JSON the score is called risk. It is 1 / (1 + exp(-sum)), where the sum is a number that is the same for
all users, the bias, and what the signals add. A signal adds its weight, or from half of it at the threshold to all of it
far beyond.</p>
<table>
<thead><tr><th scope="col">Signal</th><th scope="col">Where the rule comes from</th></tr></thead>
<tbody>
)";
constexpr std::string_view kSourcesEnd = "</tbody>\n</table>\n</section>\n";

constexpr std::string_view kJsonBegin = R"(<section class="appendix">
<h2>The report as JSON</h2>
<p class="lead on-screen">Each value exactly as it is stored, {bytes} bytes; their SHA-256 is at the top.</p>
<p class="lead on-paper">The file has the report as JSON here, {bytes} bytes whose SHA-256 stands on each page. It is not printed:
the pages above show the same, numbers and times rounded.</p>
<pre id="report">)";
constexpr std::string_view kEnd = "</pre>\n</section>\n</main>\n</body>\n</html>\n";

std::string_view style() {
    static_assert(embedded::insight_pages::kFiles.size() == 1);
    return embedded::insight_pages::kFiles.front().contents;
}

void append_sources(std::string& html) {
    html += kSourcesBegin;
    for (const model::Signal& signal : model::all_signals()) {
        html += R"(<tr><th scope="row">)";
        append_escaped(html, signal.title);
        html += fmt::format(R"( <code class="meta">{}</code></th><td>)", signal.id);
        append_escaped(html, signal.source);
        html += "</td></tr>\n";
    }
    html += kSourcesEnd;
}

}  // namespace

void ReportPage::append_begin(std::string& html) const {
    const std::size_t users = report_.users.size();
    const std::string title = users == 1 ? "Report on an X user" : fmt::format("Report on {} X users", users);
    const std::string time = table_time(report_.generated_at);
    // All of this is our own making: nothing of a user is in it.
    const std::string margins =
        fmt::format(kMargins, fmt::arg("title", title), fmt::arg("time", time), fmt::arg("sha256", report_.sha256));
    html += fmt::format(kBegin, fmt::arg("title", title), fmt::arg("style", style()), fmt::arg("margins", margins),
                        fmt::arg("moment", moment_words(report_.generated_at)),
                        fmt::arg("about", users == 1 ? "one user of X: who that is"
                                                     : fmt::format("{} users of X: who they are", users)),
                        fmt::arg("generator", report_.generator), fmt::arg("time", time),
                        fmt::arg("sha256", report_.sha256));
    if (users > 1) html += kContentsBegin;
}

void ReportPage::append_json(std::string& html) {
    if (json_shown_ == 0)
        html += fmt::format(kJsonBegin, fmt::arg("bytes", count_words(std::to_string(report_.json.size()))));
    const std::string_view piece = std::string_view(report_.json).substr(json_shown_, kPiece);
    append_escaped(html, piece);
    json_shown_ += piece.size();
    if (json_shown_ < report_.json.size()) return;
    html += kEnd;
    stage_ = Stage::over;
}

void ReportPage::append_next_user(std::string& html) {
    const auto [begin, size] = report_.users[users_shown_++];
    const auto document = base::read_json(std::string_view(report_.json).substr(begin, size));
    const auto* user = std::get_if<JsonValue>(&document);
    if (user == nullptr) throw std::runtime_error("the report is not JSON");
    const bool is_last = users_shown_ == report_.users.size();
    if (stage_ == Stage::contents) {
        append_user_row(html, *user, users_shown_);
        if (!is_last) return;
        html += kContentsEnd;
        stage_ = Stage::users;
        users_shown_ = 0;
    } else {
        append_user(html, *user, users_shown_, report_.users.size());
        if (!is_last) return;
        append_sources(html);
        stage_ = Stage::json;
    }
}

void ReportPage::next(std::string& html) {
    switch (stage_) {
        case Stage::begin:
            append_begin(html);
            stage_ = report_.users.size() == 1 ? Stage::users : Stage::contents;
            break;
        case Stage::contents:
        case Stage::users:
            append_next_user(html);
            break;
        case Stage::json:
            append_json(html);
            break;
        case Stage::over:
            break;
    }
}

}  // namespace wdx::insight
