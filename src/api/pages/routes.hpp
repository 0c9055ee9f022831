#pragma once

#include "api/request/route.hpp"

#include <span>
#include <string_view>

namespace wdx::api {

// The probes, which the management listener answers too, with its reasons.
inline constexpr std::string_view kHealthPath = "/healthz";
inline constexpr std::string_view kReadinessPath = "/readyz";

// The rows of this folder, each beside its handler.
std::span<const Route> console_page_routes();  // console.cpp
std::span<const Route> page_routes();          // docs.cpp
std::span<const Route> probe_routes();         // probes.cpp

}  // namespace wdx::api
