#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wdx::rest {

/// A request's target, taken apart as Django's WSGI handler does it.
struct Target {
    std::string_view authority;  ///< of an absolute-form target (`http://host/path`), else empty
    std::string path;            ///< percent-decoded; bytes that are not UTF-8 stand as `%FF` text
    std::string_view query;      ///< as sent, without the question mark
};

/// @param target  origin-form, absolute-form, `*` or anything else (then `path` is what was sent); a fragment is
/// dropped Source: Django core/handlers/wsgi.py `get_path_info`, utils/encoding.py `repercent_broken_unicode`.
Target parse_target(std::string_view target);

/// Query parameters in order: `+` is a space, escapes that are not UTF-8 become U+FFFD, `;` is no separator.  Bytes
/// sent without escaping are UTF-8, or else, all of them, Latin-1. Source: Django http/request.py `QueryDict`, Python
/// urllib.parse.parse_qsl with keep_blank_values.
class QueryParams {
  public:
    /// @throws ApiError 400 for more than 1,000 parameters, empty ones counted
    explicit QueryParams(std::string_view query);
    /// @return the last value of that name, as `QueryDict.get`
    [[nodiscard]] const std::string* last(std::string_view name) const noexcept;
    /// Names and values, in the order in which they were sent.
    [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& all() const noexcept { return params_; }

  private:
    std::vector<std::pair<std::string, std::string>> params_;
};

/// Python's `urllib.parse.quote_plus`: for names and values of a query string.
std::string quote_plus(std::string_view text);

/// The Location that Django's CommonMiddleware answers for a path without its slash.
/// Source: Django utils/encoding.py `escape_uri_path`, `iri_to_uri`.
std::string location_with_slash(const Target& target);

}  // namespace wdx::rest
