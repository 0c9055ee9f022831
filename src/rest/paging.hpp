#pragma once

#include "rest/error.hpp"
#include "rest/url.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wdx::rest {

/// The part of a list that `limit` and `offset` ask for.
struct Page {
    std::optional<std::int64_t> limit;  ///< 1 to 1,000; nullopt: to the end, without an envelope
    std::int64_t offset = 0;
};

/// Reads `limit` and `offset`; an empty value is as if absent.  Values that do not fit are added to `errors`, where DRF
/// falls back silently.
Page read_page(const QueryParams& query, FieldErrors& errors);

/// `{"count":3,"next":"http://...","previous":null,"results":[...]}`
/// @param page     with a limit
/// @param results  a JSON array
/// @param url      of the list, absolute, without its query
/// Source: DRF pagination.py `LimitOffsetPagination`, utils/urls.py `replace_query_param`.
std::string render_page(const Page& page, std::int64_t count, std::string_view results, std::string_view url,
                        const QueryParams& query);

}  // namespace wdx::rest
