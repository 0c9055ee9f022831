#pragma once

#include "model/list_query.hpp"
#include "rest/negotiation.hpp"
#include "rest/paging.hpp"
#include "rest/url.hpp"

namespace wdx::rest {

/// What a client asks of a list.
struct ListRequest {
    model::ListQuery query;
    Page page;
};

inline constexpr std::size_t kMostWords = 32;  ///< of `search`
inline constexpr std::size_t kMostOrders = 8;  ///< fields of `ordering`

/// Reads the parameters of a list: fields and lookups as django-filter has them, `classification`, `search`,
/// `ordering`, `fields`, `expand` and paging.  Of a parameter that comes several times the last one counts, an empty
/// value is as if absent, and an unknown field is ignored, unless a lookup stands behind it.
/// @param view  outlives the result
/// @throws ApiError 400 with all that is wrong, by parameter
/// Source: django-filter filters.py; DRF filters.py `SearchFilter`, `OrderingFilter`; drf-flex-fields.
ListRequest read_list(const QueryParams& params, const model::View& view, Format format);

/// For a query that chooses rows for something else than a list, where a slip would choose too many.
/// @throws ApiError 400 naming each parameter that is unknown, or about pages
void refuse_other_names(const QueryParams& params, const model::View& view);

/// A parameter that is true or false; false where it is absent or empty.
/// @throws ApiError 400 naming it
bool read_flag(const QueryParams& params, std::string_view name);

/// True when `params` ask for something that only the open layer has: a client that asks for nothing of it gets what
/// the original answered.
/// @param known_before  the one field by which the original filtered, with its bare name
bool asks_for_more(const QueryParams& params, const model::Resource& resource, std::string_view known_before);

/// 400 text of a parameter that names a column which this generation of the core's schema lacks.
inline constexpr std::string_view kNoSuchColumn = "The core's schema in this database has no such column.";

}  // namespace wdx::rest
