#include "rest/paging.hpp"

#include <string>

#include <gtest/gtest.h>

namespace wdx::rest {
namespace {

constexpr std::string_view kUrl = "http://h/api/logs/";

/// `limit/offset`, or the body of the refusal.
std::string read(std::string_view query, Format format = Format::json) {
    FieldErrors errors;
    const QueryParams params(query);
    const Page page = read_page(params, format, errors);
    try {
        errors.throw_if_any();
    } catch (const ApiError& error) {
        return error.body;
    }
    if (page.page_size)
        return "page of " + std::to_string(*page.page_size) + (page.cursor != nullptr ? " at " + *page.cursor : "");
    return (page.limit ? std::to_string(*page.limit) : "-") + '/' + std::to_string(page.offset);
}

std::string render(std::string_view query, std::optional<std::int64_t> count, bool has_next) {
    const QueryParams params(query);
    FieldErrors errors;
    return render_page(read_page(params, Format::json, errors), count, has_next, "[]", kUrl, params);
}

TEST(ReadPage, ReadsLimitAndOffset) {
    EXPECT_EQ(read(""), "-/0");
    EXPECT_EQ(read("limit=&offset="), "-/0");
    EXPECT_EQ(read("offset=5"), "-/5");
    EXPECT_EQ(read("limit=1000&offset=0"), "1000/0");
    EXPECT_EQ(read("limit=5&limit=1"), "1/0");
}

TEST(ReadPage, NamesWhatDoesNotFit) {
    EXPECT_EQ(read("limit=0"), R"({"limit":["Ensure this value is greater than or equal to 1."]})");
    EXPECT_EQ(read("limit=1001"), R"({"limit":["Ensure this value is less than or equal to 1000."]})");
    EXPECT_EQ(read("limit=1.0"), R"({"limit":["Enter a whole number."]})");
    EXPECT_EQ(read("limit=x&offset=-1"),
              R"({"limit":["Enter a whole number."],"offset":["Ensure this value is greater than or equal to 0."]})");
}

TEST(ReadPage, ReadsPagesOfTheCursorKind) {
    EXPECT_EQ(read("page_size=50"), "page of 50");
    EXPECT_EQ(read("page_size=1&cursor=abc"), "page of 1 at abc");
    EXPECT_EQ(read("page_size=5&cursor=&limit=&offset=0"), "page of 5");
    EXPECT_EQ(read("page_size=0"), R"({"page_size":["Ensure this value is greater than or equal to 1."]})");
    EXPECT_EQ(read("page_size=1001"), R"({"page_size":["Ensure this value is less than or equal to 1000."]})");
    EXPECT_EQ(read("cursor=abc"), R"({"page_size":["A cursor goes with its page_size: follow `next` as it is."]})");
}

TEST(ReadPage, RefusesTwoKindsOfPagesAtOnce) {
    for (const char* query : {"page_size=5&limit=5", "page_size=5&offset=5", "page_size=5&cursor=a&limit=1"})
        EXPECT_EQ(read(query), R"({"page_size":["Use either page_size or limit and offset."]})") << query;
}

TEST(ReadPage, CutsExportsAtAnySize) {
    EXPECT_EQ(read("limit=5000000&offset=7", Format::csv), "5000000/7");
    for (const char* query : {"page_size=5", "page_size=5&cursor=a"})
        EXPECT_EQ(read(query, Format::ndjson), R"({"page_size":["An export has no pages: use limit and offset."]})")
            << query;
}

TEST(RenderCursorPage, LinksToTheNeighbours) {
    const QueryParams params("page_size=2&cursor=old&a=b");
    EXPECT_EQ(render_cursor_page("n.x", "p", "[1]", kUrl, params),
              R"({"next":"http://h/api/logs/?a=b&cursor=n.x&page_size=2",)"
              R"("previous":"http://h/api/logs/?a=b&cursor=p&page_size=2","results":[1]})");
    EXPECT_EQ(render_cursor_page(std::nullopt, std::nullopt, "[]", kUrl, params),
              R"({"next":null,"previous":null,"results":[]})");
}

// The expected texts are those of DRF's LimitOffsetPagination.

TEST(RenderPage, LinksToTheNeighbours) {
    EXPECT_EQ(render("limit=2&offset=2", 5, true), R"({"count":5,"next":"http://h/api/logs/?limit=2&offset=4",)"
                                                   R"("previous":"http://h/api/logs/?limit=2","results":[]})");
    EXPECT_EQ(render("limit=2&offset=3", 9, true), R"({"count":9,"next":"http://h/api/logs/?limit=2&offset=5",)"
                                                   R"("previous":"http://h/api/logs/?limit=2&offset=1","results":[]})");
}

TEST(RenderPage, HasNoLinksAtTheEnds) {
    EXPECT_EQ(render("limit=5", 5, false), R"({"count":5,"next":null,"previous":null,"results":[]})");
    EXPECT_EQ(render("limit=5", 0, false), R"({"count":0,"next":null,"previous":null,"results":[]})");
}

TEST(RenderPage, KeepsOtherParametersSortedAndEscaped) {
    EXPECT_EQ(render("z=1&limit=1&a=x%20%22&z=0&b=", 2, true),
              R"({"count":2,"next":"http://h/api/logs/?a=x+%22&b=&limit=1&offset=1&z=1&z=0",)"
              R"("previous":null,"results":[]})");
}

TEST(RenderPage, SaysHowItsRowsWereCounted) {
    EXPECT_EQ(render("limit=1&count=estimated", 1000, true),
              R"({"count":1000,"count_is":"estimated","next":"http://h/api/logs/?count=estimated&limit=1&offset=1",)"
              R"("previous":null,"results":[]})");
    EXPECT_EQ(render("limit=1&count=none", std::nullopt, false),
              R"({"count":null,"next":null,"previous":null,"results":[]})");
}

TEST(ReadPage, ReadsHowToCount) {
    const auto count = [](std::string_view query) {
        FieldErrors errors;
        const QueryParams params(query);
        return read_page(params, Format::json, errors).count;
    };
    EXPECT_EQ(count("limit=1"), Count::exact);
    EXPECT_EQ(count("limit=1&count="), Count::exact);
    EXPECT_EQ(count("limit=1&count=exact"), Count::exact);
    EXPECT_EQ(count("limit=1&count=estimated"), Count::estimated);
    EXPECT_EQ(count("limit=1&count=none"), Count::none);
    EXPECT_EQ(read("limit=1&count=roughly"),
              R"({"count":["Select a valid choice. roughly is not one of the available choices."]})");
}

}  // namespace
}  // namespace wdx::rest
