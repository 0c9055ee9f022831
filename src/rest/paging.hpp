#pragma once

#include "rest/error.hpp"
#include "rest/negotiation.hpp"
#include "rest/url.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wdx::rest {

/// Rows of a page.
inline constexpr std::int64_t kMostPageRows = 1000;

/// How the rows of a list are counted for a page by number.
enum class Count { exact, estimated, none };

/// The part of a list that is asked for, in one of three ways: `limit` and `offset`; `page_size` and `cursor`; all.
struct Page {
    std::optional<std::int64_t> limit{};  ///< of an export any number; nullopt: to the end, without an envelope
    std::int64_t offset = 0;
    Count count = Count::exact;
    std::optional<std::int64_t> page_size{};  ///< a page of the cursor kind
    const std::string* cursor = nullptr;      ///< where it begins, as the client sent it; points into the query
};

/// A parameter that is a whole number; an empty value is as if absent.  One that does not fit is added to `errors`.
std::optional<std::int64_t> read_whole_number(const QueryParams& query, std::string_view name, std::int64_t least,
                                              std::int64_t most, FieldErrors& errors);

/// Reads the parameters of paging; an empty value is as if absent.  Values that do not fit are added to `errors`, where
/// DRF falls back silently.
/// @param format  exports have no pages: `limit` and `offset` cut them at any size
Page read_page(const QueryParams& query, Format format, FieldErrors& errors);

/// `{"count":3,"next":"http://...","previous":null,"results":[...]}`; behind an estimated count,
/// `"count_is":"estimated"`.
/// @param page      with a limit
/// @param count     nullopt: nobody counted
/// @param has_next  there are rows behind the page
/// @param results   a JSON array
/// @param url       of the list, absolute, without its query
/// Source: DRF pagination.py `LimitOffsetPagination`, utils/urls.py `replace_query_param`.
std::string render_page(const Page& page, std::optional<std::int64_t> count, bool has_next, std::string_view results,
                        std::string_view url, const QueryParams& query);

/// `{"next":"http://...?cursor=...","previous":null,"results":[...]}`
/// @param next, previous  cursors; nullopt: there is no such page
/// Source: DRF pagination.py `CursorPagination`.
std::string render_cursor_page(const std::optional<std::string>& next, const std::optional<std::string>& previous,
                               std::string_view results, std::string_view url, const QueryParams& query);

}  // namespace wdx::rest
