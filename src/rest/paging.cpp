#include "rest/paging.hpp"

#include "base/json_writer.hpp"
#include "base/unicode.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace wdx::rest {
namespace {

constexpr std::int64_t kMostRows = 1000;
/// Far beyond every list, and far from where adding a limit would overflow.
constexpr std::int64_t kFarthest = std::int64_t{1} << 62U;

std::optional<std::int64_t> read_parameter(const QueryParams& query, std::string_view name, std::int64_t least,
                                           std::int64_t most, FieldErrors& errors) {
    const std::string* text = query.last(name);
    if (text == nullptr || text->empty()) return std::nullopt;
    const auto number = base::parse_python_int(*text);
    if (!number) {
        errors.add(name, {"Enter a whole number."});
    } else if (number->in_range ? number->value > most : !number->negative) {
        errors.add(name, {fmt::format("Ensure this value is less than or equal to {}.", most)});
    } else if (!number->in_range || number->value < least) {
        errors.add(name, {fmt::format("Ensure this value is greater than or equal to {}.", least)});
    } else {
        return number->value;
    }
    return std::nullopt;
}

/// The list's URL with another page: other parameters stay, sorted by name as DRF sorts them.
std::string link(std::string_view url, const QueryParams& query, std::int64_t limit, std::int64_t offset) {
    std::vector<std::pair<std::string, std::string>> params;
    for (const auto& param : query.all())
        if (param.first != "limit" && param.first != "offset") params.push_back(param);
    params.emplace_back("limit", std::to_string(limit));
    if (offset > 0) params.emplace_back("offset", std::to_string(offset));
    std::stable_sort(params.begin(), params.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::string out(url);
    char separator = '?';
    for (const auto& [name, value] : params) {
        out += separator;
        out += quote_plus(name);
        out += '=';
        out += quote_plus(value);
        separator = '&';
    }
    return out;
}

}  // namespace

Page read_page(const QueryParams& query, FieldErrors& errors) {
    return {.limit = read_parameter(query, "limit", 1, kMostRows, errors),
            .offset = read_parameter(query, "offset", 0, kFarthest, errors).value_or(0)};
}

std::string render_page(const Page& page, std::int64_t count, std::string_view results, std::string_view url,
                        const QueryParams& query) {
    const std::int64_t limit = page.limit.value();
    std::string out = fmt::format(R"({{"count":{},"next":)", count);
    if (page.offset + limit < count) {
        base::append_json_string(out, link(url, query, limit, page.offset + limit));
    } else {
        out += "null";
    }
    out += R"(,"previous":)";
    if (page.offset > 0) {
        base::append_json_string(out, link(url, query, limit, std::max<std::int64_t>(page.offset - limit, 0)));
    } else {
        out += "null";
    }
    out += R"(,"results":)";
    out += results;
    return out + '}';
}

}  // namespace wdx::rest
