#include "api/edits/writes.hpp"
#include "api/openapi/components.hpp"
#include "model/list_query.hpp"
#include "rest/paging.hpp"

#include <algorithm>
#include <stdexcept>

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace wdx::api {
namespace {

namespace json = boost::json;

// The files of parameters say what the program does.

json::value parameter(std::string_view file) {
    for (const embedded::EmbeddedFile& known : parameter_files())
        if (known.name == file) return json::parse({known.contents.data(), known.contents.size()});
    throw std::logic_error("no such file");
}

/// 1000 as `1,000`.
std::string with_comma(std::int64_t number) {
    return fmt::format("{},{:03}", number / 1000, number % 1000);
}

TEST(ParameterFiles, HaveThePageLimit) {
    EXPECT_EQ(parameter("PageSize.json").at("schema").at("maximum"), rest::kMostPageRows);
    const json::value limit = parameter("Limit.json");
    EXPECT_NE(limit.at("description").as_string().find("1 to " + with_comma(rest::kMostPageRows)), json::string::npos);
}

TEST(ParameterFiles, NameTheFieldsThatNoCursorCarries) {
    const json::value size = parameter("PageSize.json");
    for (const model::Resource* resource : model::all_resources())
        for (const model::Field& field : resource->fields)
            EXPECT_EQ(size.at("description").as_string().find(fmt::format("`{}`", field.name)) != json::string::npos,
                      field.is_long)
                << field.name;
}

TEST(ParameterFiles, HaveTheLongestKey) {
    EXPECT_EQ(parameter("IdempotencyKey.json").at("schema").at("maxLength"), kLongestIdempotencyKey);
}

TEST(ParameterFiles, HaveTheVerdicts) {
    const json::value verdict = parameter("Verdict.json");
    const json::array& choices = verdict.at("schema").at("items").at("enum").as_array();
    EXPECT_TRUE(std::equal(choices.begin(), choices.end(), std::begin(model::kVerdictFilters),
                           std::end(model::kVerdictFilters),
                           [](const json::value& one, std::string_view other) { return one.as_string() == other; }));
}

}  // namespace
}  // namespace wdx::api
