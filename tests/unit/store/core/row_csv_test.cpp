#include "store/core/row_csv.hpp"

#include "store/make_row.hpp"

#include <cmath>
#include <cstring>
#include <endian.h>
#include <stdexcept>

namespace wdx::store {
namespace {

using namespace std::string_literals;

std::string write_row(std::vector<Value> values) {
    const db::Rows row = make_row(std::move(values));
    std::string out;
    CsvWriter(row).append(row.front(), out);
    return out;
}

/// The first of two cells, the other one being empty.
std::string cell(Oid type, std::optional<std::string> value) {
    std::string line = write_row({{"a", type, std::move(value)}, {"b", kText, std::nullopt}});
    EXPECT_TRUE(line.ends_with(",\r\n")) << line;
    return line.substr(0, line.size() - 3);
}

std::string text(std::string value) {
    return cell(kText, std::move(value));
}

std::string float8(double value) {
    std::uint64_t raw = 0;
    std::memcpy(&raw, &value, sizeof(raw));
    raw = htobe64(raw);
    return {reinterpret_cast<const char*>(&raw), sizeof(raw)};
}

TEST(CsvWriter, NamesTheColumnsAlsoWithoutRows) {
    const db::Rows row = make_row({{"id", kInt4, {}}, {"_1", kBytea, {}}, {"a,b", kText, {}}}, false);
    std::string out;
    CsvWriter(row).append_header(out, false);
    EXPECT_EQ(out, "id,\"a,b\"\r\n");
    out.clear();
    CsvWriter(row).append_header(out, true);
    EXPECT_EQ(out, "\xEF\xBB\xBFid,\"a,b\"\r\n");
}

TEST(CsvWriter, SkipsHiddenColumns) {
    EXPECT_EQ(write_row({{"_1", kBytea, "?"}, {"a", kText, "x"}, {"_2", kText, "?"}, {"b", kText, "y"}}), "x,y\r\n");
}

TEST(CsvWriter, WritesNumbersBooleansAndTimesAsJsonWithoutQuotes) {
    EXPECT_EQ(cell(kInt4, "\xFF\xFF\xFF\xFB"), "-5");
    EXPECT_EQ(cell(kInt8, "\0\0\0\1\0\0\0\0"s), "4294967296");
    EXPECT_EQ(cell(kFloat8, float8(-0.5)), "-0.5");
    EXPECT_EQ(cell(kBool, "\x01"), "true");
    EXPECT_EQ(cell(kBool, "\0"s), "false");
    EXPECT_EQ(cell(kDate, "\0\0\0\1"s), "2000-01-02");
    EXPECT_EQ(cell(kTimestamp, "\0\0\0\0\0\x0F\x42\x41"s), "2000-01-01T00:00:01.000001Z");
}

TEST(CsvWriter, WritesNothingForNullAndForWhatJsonHasAsNull) {
    EXPECT_EQ(cell(kText, std::nullopt), "");
    EXPECT_EQ(cell(kInt4, std::nullopt), "");
    EXPECT_EQ(cell(kDate, "\x7F\xFF\xFF\xFF"), "");
    EXPECT_EQ(cell(kFloat8, float8(INFINITY)), "");
}

TEST(CsvWriter, TellsAnEmptyTextFromNull) {
    EXPECT_EQ(text(""), "\"\"");
    EXPECT_EQ(write_row({{"a", kText, std::nullopt}}), "\"\"\r\n") << "an empty line would not be read as a row";
}

TEST(CsvWriter, QuotesWhatRfc4180Asks) {
    EXPECT_EQ(text("plain 'text'; \t\u00E9"), "plain 'text'; \t\u00E9");
    EXPECT_EQ(text("a,b"), "\"a,b\"");
    EXPECT_EQ(text("say \"x\""), "\"say \"\"x\"\"\"");
    EXPECT_EQ(text("\""), "\"\"\"\"");
    EXPECT_EQ(text("a\nb"), "\"a\nb\"");
    EXPECT_EQ(text("a\rb"), "\"a\rb\"");
}

TEST(CsvWriter, EscapesTextsThatBeginLikeAFormula) {
    for (const std::string start : {"=", "+", "-", "@", "\t", "\uFF1D", "\uFF0B", "\uFF0D", "\uFF20", "\uFE66",
                                    "\uFE62", "\uFE63", "\uFE6B", "\u2212"})
        EXPECT_EQ(text(start + "1"), "'" + start + "1") << start;
    EXPECT_EQ(text("=1,2"), "\"'=1,2\"");
    EXPECT_EQ(text("\rx"), "\"'\rx\"");
    EXPECT_EQ(text("\nx"), "\"'\nx\"");
    EXPECT_EQ(text("-5"), "'-5");
    EXPECT_EQ(text("-"), "'-");
}

TEST(CsvWriter, LooksForAFormulaBehindWhatSpreadsheetsSkip) {
    for (const std::string skipped :
         {" ", "  ", "\v", "\u00A0", "\u3000", "\u2028", "\u0085", "\uFEFF", "\u200B", "\u200F", "\u00AD", "\u202E",
          "\x01", "\x7F", "\u009F", "\uFE0F", "\u2800", "\U000E0020", " \u200B\uFEFF "})
        for (const std::string start : {"=", "\uFF0B", "\u2212"})
            EXPECT_EQ(text(skipped + start + "1"), "'" + skipped + start + "1");
}

TEST(CsvWriter, LeavesOtherTextsAsTheyAre) {
    for (const std::string value : {"a=1", "'=1", " a=1", "1-1", "\u200Bx=1", " ", "\uFF1A", "\uFF1E",
                                    "\u2013"
                                    "1"})
        EXPECT_EQ(text(value), value);
}

TEST(CsvWriter, WritesJsonAsItsCompactText) {
    EXPECT_EQ(cell(kJsonb, "\x01{\"a\": -1}"), "\"{\"\"a\"\":-1}\"");
    EXPECT_EQ(cell(kJson, "[1,\n 2]"), "\"[1,2]\"");
    EXPECT_EQ(cell(kJson, "7"), "7");
}

TEST(CsvWriter, RefusesATypeThatItDoesNotKnowAndAValueOfAnotherSize) {
    EXPECT_THROW(cell(kBytea, "x"), std::runtime_error);
    EXPECT_THROW(cell(kInt8, "\0\0\0\1"s), std::runtime_error);
    EXPECT_THROW(cell(kJsonb, ""), std::runtime_error);
}

}  // namespace
}  // namespace wdx::store
