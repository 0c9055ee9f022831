#include "insight/report_html.hpp"

#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wdx::insight {
namespace {

using testing::HasSubstr;
using testing::Not;

/// A report on one user with that text as handle, bio, notes and text of a post.
std::string report_of(const std::string& json_text) {
    return R"({"version":"1","generated_at":"2026-01-01T00:00:00Z","generator":"g","users":[{"profile":{"id":7,"handle":)" +
           json_text + R"(,"bio":)" + json_text + R"(},"account":null,"verdict":{"harmful":true,"notes":)" + json_text +
           R"(},"signals":{"version":"1","risk":0.5,"band":"high","signals":[{"id":"wave","value":null}]},)" +
           R"("actions":null,"posts":{"total":9,"rows":[{"id":9007199254740993,"text":)" + json_text + "}]}}]}";
}

TEST(RenderReportHtml, EscapesWhateverStandsInIt) {
    const std::string html = render_report_html(report_of(R"("<b a='1' c=\"2\">&amp;\r\n")"), "abc");
    EXPECT_THAT(html, Not(HasSubstr("<b ")));
    EXPECT_THAT(html, HasSubstr("<bdi>&lt;b a=&#39;1&#39; c=&quot;2&quot;&gt;&amp;amp;&#13;\n</bdi>"));
}

TEST(RenderReportHtml, HoldsTheJsonByteByByte) {
    const std::string report = report_of(R"("x")");
    const std::string html = render_report_html(report, "abc");
    std::string escaped;
    for (const char c : report) escaped += c == '"' ? std::string("&quot;") : std::string(1, c);
    EXPECT_THAT(html, HasSubstr("<pre id=\"report\">" + escaped + "</pre>"));
    EXPECT_THAT(html, HasSubstr("<code>abc</code>"));
}

TEST(RenderReportHtml, ShowsNumbersAsTheyStand) {
    const std::string html = render_report_html(report_of("null"), "abc");
    EXPECT_THAT(html, HasSubstr("<td>9007199254740993</td>"));
    EXPECT_THAT(html, HasSubstr("Posts: 1 of 9"));
    EXPECT_THAT(html, HasSubstr("<i>unknown</i>"));
    EXPECT_THAT(html, HasSubstr("This generation of the core keeps none."));
}

TEST(RenderReportHtml, RefusesWhatIsNoJson) {
    EXPECT_THROW(render_report_html("{", "abc"), std::runtime_error);
}

}  // namespace
}  // namespace wdx::insight
