#include "rest/body.hpp"

#include "http/make_request.hpp"
#include "rest/error.hpp"

#include <string>

#include <gtest/gtest.h>

namespace wdx::rest {
namespace {

constexpr std::array kFields{
    BodyField{.name = "username", .type = BodyType::text, .is_required = true},
    BodyField{.name = "password", .type = BodyType::text, .is_required = true},
    BodyField{.name = "otp", .type = BodyType::lenient_text},
};
constexpr Body kBody{"Login", kFields};

/// Username and password with a bar between them, or status and body of the refusal.
std::string read(const std::string& body, const http::Fields& fields = {{"Content-Type", "application/json"}}) {
    try {
        const auto values = read_text_fields(http::make_request("POST", "/", fields, body), kBody);
        return values.at(0) + '|' + values.at(1);
    } catch (const ApiError& error) {
        return std::to_string(error.status) + ' ' + error.body;
    }
}

std::string read_as(const std::string& content_type, const std::string& body = R"({"username":"u","password":"p"})") {
    return read(body, {{"Content-Type", content_type}});
}

/// What is said of a value of `username`.
std::string read_username(const std::string& json) {
    return read(R"({"username":)" + json + R"(,"password":"p"})");
}

constexpr std::string_view kBothMissing =
    R"(400 {"username":["This field is required."],"password":["This field is required."]})";

TEST(ReadTextFields, TakesTheNamedFieldsAndIgnoresOthers) {
    EXPECT_EQ(read(R"({"password":"p","username":"u"})"), "u|p");
    EXPECT_EQ(read(R"( { "username" : "u", "x": {"a": [1e400]}, "password":"p" } )"), "u|p");
    EXPECT_EQ(read(R"({"Username":"u","PASSWORD":"p"})"), kBothMissing);
}

TEST(ReadTextFields, RefusesMoreElementsThanTheTableAllows) {
    constexpr Body kSmall{.name = "Small", .fields = kFields, .most_elements = 4};
    const auto request = [](const std::string& more) {
        return http::make_request("POST", "/", {{"Content-Type", "application/json"}},
                                  R"({"username":"u","password":"p","x":[)" + more + "]}");
    };
    EXPECT_EQ(read_text_fields(request("1"), kSmall).front(), "u");
    EXPECT_THROW(read_text_fields(request("1,1"), kSmall), TooManyElements);
}

TEST(ReadTextFields, TakesTheLastOfRepeatedKeys) {
    EXPECT_EQ(read(R"({"username":"a","username":"u","password":1,"password":"p"})"), "u|p");
    EXPECT_EQ(read(R"({"username":"a","username":null,"password":"p"})"),
              R"(400 {"username":["This field may not be null."]})");
}

TEST(ReadTextFields, TrimsUnicodeWhiteSpace) {
    EXPECT_EQ(read(R"({"username":"\u00a0\t u v\u2003\n","password":"\u001c\u3000p\u0085"})"), "u v|p");
    EXPECT_EQ(read(R"({"username":"\u200bu","password":"\ufeffp"})"), "\u200Bu|\uFEFFp");
}

TEST(ReadTextFields, TakesNumbersAsPythonPrintsThem) {
    EXPECT_EQ(read(R"({"username":12345,"password":-0})"), "12345|0");
    EXPECT_EQ(read(R"({"username":12345.0,"password":1e16})"), "12345.0|1e+16");
    EXPECT_EQ(read(R"({"username":100000000000000000000000,"password":-0.0})"), "100000000000000000000000|-0.0");
    EXPECT_EQ(read(R"({"username":1e400,"password":-1e400})"), "inf|-inf");
}

TEST(ReadTextFields, SaysWhatIsWrongWithAField) {
    EXPECT_EQ(read_username("null"), R"(400 {"username":["This field may not be null."]})");
    for (const std::string json : {R"("")", R"("   ")", R"("\u2028")"})
        EXPECT_EQ(read_username(json), R"(400 {"username":["This field may not be blank."]})") << json;
    for (const std::string json : {"true", "false", "[]", R"(["u"])", "{}"})
        EXPECT_EQ(read_username(json), R"(400 {"username":["Not a valid string."]})") << json;
}

TEST(ReadTextFields, ReportsEveryFieldInTheOrderOfTheNames) {
    EXPECT_EQ(read("{}"), kBothMissing);
    EXPECT_EQ(read(R"({"password":null,"username":""})"),
              R"(400 {"username":["This field may not be blank."],"password":["This field may not be null."]})");
}

TEST(ReadTextFields, RefusesNulAndLoneSurrogates) {
    EXPECT_EQ(read_username(R"("a\u0000b")"), R"(400 {"username":["Null characters are not allowed."]})");
    EXPECT_EQ(read_username(R"("\ud800")"), R"(400 {"username":["Surrogate characters are not allowed: U+D800."]})");
    EXPECT_EQ(read_username(R"("x\udfffy\ud800")"),
              R"(400 {"username":["Surrogate characters are not allowed: U+DFFF."]})");
    EXPECT_EQ(read_username(R"("\ud83c\udf38")"), "\U0001F338|p");
}

TEST(ReadTextFields, ReportsNulAndSurrogatesTogether) {
    EXPECT_EQ(
        read_username(R"("\udabc\u0000")"),
        R"(400 {"username":["Null characters are not allowed.","Surrogate characters are not allowed: U+DABC."]})");
}

TEST(ReadTextFields, WantsAnObject) {
    const auto expected = [](const std::string& type) {
        return R"(400 {"non_field_errors":["Invalid data. Expected a dictionary, but got )" + type + R"(."]})";
    };
    EXPECT_EQ(read("[]"), expected("list"));
    EXPECT_EQ(read(R"("")"), expected("str"));
    EXPECT_EQ(read("0"), expected("int"));
    EXPECT_EQ(read("99999999999999999999"), expected("int"));
    EXPECT_EQ(read("1.5"), expected("float"));
    EXPECT_EQ(read("false"), expected("bool"));
    EXPECT_EQ(read("null"), R"(400 {"non_field_errors":["No data provided"]})");
}

TEST(ReadTextFields, RefusesWhatPythonsParserRefuses) {
    for (const std::string body :
         {"{", "   ", "{'username':'u'}", R"({"username":"u",})", R"({"username":"u"}{})", R"({"username":NaN})",
          R"({"username":-Infinity})", "{\"username\":\"a\nb\"}", R"({"username":"\x"})", R"({"username":012})",
          "\xEF\xBB\xBF{}", "{\"username\":\"\xFF\"}", "{\"username\":\"\xED\xA0\x80\"}", "username=u&password=p"}) {
        EXPECT_TRUE(read(body).starts_with(R"(400 {"detail":"JSON parse error - )")) << read(body);
    }
}

TEST(ReadTextFields, TakesAnEmptyBodyOfAnyTypeForAnEmptyObject) {
    EXPECT_EQ(read("", {}), kBothMissing);
    EXPECT_EQ(read_as("application/json", ""), kBothMissing);
    EXPECT_EQ(read_as("application/x-www-form-urlencoded", ""), kBothMissing);
}

TEST(ReadTextFields, TakesJsonWhateverItsParameters) {
    for (const std::string type : {"application/json", "APPLICATION/JSON", "application/json; version=1", "*/*"})
        EXPECT_EQ(read_as(type), "u|p") << type;
}

TEST(ReadTextFields, QuotesAnotherMediaTypeBack) {
    const std::string body = R"({"username":"u","password":"p"})";
    EXPECT_EQ(read(body, {}), R"(415 {"detail":"Unsupported media type \"\" in request."})");
    EXPECT_EQ(read_as("text/plain"), R"(415 {"detail":"Unsupported media type \"text/plain\" in request."})");
    EXPECT_EQ(read_as("multipart/form-data; boundary=b"),
              R"(415 {"detail":"Unsupported media type \"multipart/form-data; boundary=b\" in request."})");
    EXPECT_EQ(read_as("a/\"b\""), R"(415 {"detail":"Unsupported media type \"a/\"b\"\" in request."})");
    EXPECT_EQ(read_as("text/pl\xE4in"),
              "415 {\"detail\":\"Unsupported media type \\\"text/pl\u00E4in\\\" in request.\"}");
}

TEST(ReadTextFields, TakesTheLastOfRepeatedContentTypes) {
    const std::string body = R"({"username":"u","password":"p"})";
    EXPECT_EQ(read(body, {{"Content-Type", "text/plain"}, {"content-type", "application/json"}}), "u|p");
    EXPECT_EQ(read(body, {{"Content-Type", "application/json"}, {"Content-Type", "a/b"}}),
              R"(415 {"detail":"Unsupported media type \"a/b\" in request."})");
}

TEST(ReadTextFields, DecodesTheNamedCharset) {
    const std::string latin1 = "{\"username\":\"\xE9\",\"password\":\"p\"}";
    for (const std::string charset : {"iso-8859-1", "ISO-8859-1", "latin-1", "latin1", "\"Latin-1\"", "windows-1252"})
        EXPECT_EQ(read_as("application/json; charset=" + charset, latin1), "\u00E9|p") << charset;
    const std::string utf16("\xFF\xFE{\0}\0", 6);
    EXPECT_EQ(read_as("application/json; charset=utf-16", utf16), kBothMissing);
}

TEST(ReadTextFields, ReadsUtf8UnderEveryNameAndUnderUnknownOnes) {
    const std::string utf8 = "{\"username\":\"\u00E9\",\"password\":\"p\"}";
    for (const std::string charset :
         {"utf-8", "UTF-8", "utf8", "Utf_8", "\"utf-8\"", "", "bogus", "utf-8//IGNORE", "a b"})
        EXPECT_EQ(read_as("application/json; charset=" + charset, utf8), "\u00E9|p") << charset;
}

TEST(ReadTextFields, RefusesBytesThatAreNotOfTheNamedCharset) {
    const std::string utf8 = "{\"username\":\"\u00E9\",\"password\":\"p\"}";
    EXPECT_TRUE(
        read_as("application/json; charset=us-ascii", utf8).starts_with(R"(400 {"detail":"JSON parse error - )"));
}

}  // namespace
}  // namespace wdx::rest
