#pragma once

#include "api/request/route.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wdx::api {

/// Every route of the program, in one table.
std::span<const Route> all_routes();

/// The routes of one path.
struct Match {
    std::span<const Route> routes;    ///< at least one
    std::vector<std::string> values;  ///< of the `{...}` parts

    /// What counts for all of them: pattern, needs, layer, throttle; formats as `Accept` is negotiated.
    [[nodiscard]] const Route& path() const { return routes.front(); }
    /// @return the route that serves the method, HEAD being served by GET's; nullptr when there is none
    [[nodiscard]] const Route* find(std::string_view method) const;
    /// True when a body is taken from whoever sends it, without a token.
    [[nodiscard]] bool takes_body_of_anybody() const;
    /// `GET, HEAD, OPTIONS`
    [[nodiscard]] std::string allow() const;
    /// The body of an OPTIONS answer.  Source: DRF metadata.py `SimpleMetadata`.
    [[nodiscard]] std::string metadata() const;
};

/// @param path  decoded, with its slash
std::optional<Match> match_route(std::string_view path);

/// @return the values of the pattern's `{...}` parts, nullopt when the path is another
std::optional<std::vector<std::string>> match_pattern(std::string_view pattern, std::string_view path);

}  // namespace wdx::api
