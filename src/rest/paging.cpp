#include "rest/paging.hpp"

#include "base/json_writer.hpp"
#include "base/unicode.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace wdx::rest {
namespace {

/// Far beyond every list, and far from where adding a limit would overflow.
constexpr std::int64_t kFarthest = std::int64_t{1} << 62U;

using Params = std::vector<std::pair<std::string, std::string>>;

/// The list's URL with other parameters of paging: the rest stays, sorted by name as DRF sorts it.
std::string link(std::string_view url, const QueryParams& query, Params paging) {
    constexpr std::array<std::string_view, 3> kReplaced{"limit", "offset", "cursor"};
    Params params = std::move(paging);
    for (const auto& param : query.all())
        if (std::find(kReplaced.begin(), kReplaced.end(), param.first) == kReplaced.end()) params.push_back(param);
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

std::string link_to_offset(std::string_view url, const QueryParams& query, std::int64_t limit, std::int64_t offset) {
    Params paging{{"limit", std::to_string(limit)}};
    if (offset > 0) paging.emplace_back("offset", std::to_string(offset));
    return link(url, query, std::move(paging));
}

void append_link(std::string& out, const std::optional<std::string>& link) {
    if (link) {
        base::append_json_string(out, *link);
    } else {
        out += "null";
    }
}

Count read_count(const QueryParams& query, FieldErrors& errors) {
    const std::string* text = query.last("count");
    if (text == nullptr || text->empty() || *text == "exact") return Count::exact;
    if (*text == "estimated") return Count::estimated;
    if (*text != "none") errors.add("count", {no_choice(*text)});
    return Count::none;
}

}  // namespace

std::optional<std::int64_t> read_whole_number(const QueryParams& query, std::string_view name, std::int64_t least,
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

Page read_page(const QueryParams& query, Format format, FieldErrors& errors) {
    const bool is_export = format != Format::json;
    Page page{.limit = read_whole_number(query, "limit", 1, is_export ? kFarthest : kMostPageRows, errors),
              .offset = read_whole_number(query, "offset", 0, kFarthest, errors).value_or(0),
              .count = read_count(query, errors),
              .page_size = read_whole_number(query, "page_size", 1, kMostPageRows, errors)};
    const std::string* cursor = query.last("cursor");
    if (cursor != nullptr && !cursor->empty()) page.cursor = cursor;
    if (!errors.empty()) return page;
    if (is_export && (page.page_size || page.cursor != nullptr)) {
        errors.add("page_size", {"An export has no pages: use limit and offset."});
    } else if (page.cursor != nullptr && !page.page_size) {
        errors.add("page_size", {"A cursor goes with its page_size: follow `next` as it is."});
    } else if (page.page_size && (page.limit || page.offset > 0)) {
        errors.add("page_size", {"Use either page_size or limit and offset."});
    }
    return page;
}

std::string render_page(const Page& page, std::optional<std::int64_t> count, bool has_next, std::string_view results,
                        std::string_view url, const QueryParams& query) {
    const std::int64_t limit = page.limit.value();
    std::optional<std::string> next;
    std::optional<std::string> previous;
    if (has_next) next = link_to_offset(url, query, limit, page.offset + limit);
    if (page.offset > 0) previous = link_to_offset(url, query, limit, std::max<std::int64_t>(page.offset - limit, 0));
    std::string out = fmt::format(R"({{"count":{},)", count ? std::to_string(*count) : "null");
    if (page.count == Count::estimated) out += R"("count_is":"estimated",)";
    out += R"("next":)";
    append_link(out, next);
    out += R"(,"previous":)";
    append_link(out, previous);
    out += R"(,"results":)";
    out += results;
    return out + '}';
}

std::string render_cursor_page(const std::optional<std::string>& next, const std::optional<std::string>& previous,
                               std::string_view results, std::string_view url, const QueryParams& query) {
    std::string out = R"({"next":)";
    append_link(out, next ? std::optional(link(url, query, {{"cursor", *next}})) : std::nullopt);
    out += R"(,"previous":)";
    append_link(out, previous ? std::optional(link(url, query, {{"cursor", *previous}})) : std::nullopt);
    out += R"(,"results":)";
    out += results;
    return out + '}';
}

}  // namespace wdx::rest
