#pragma once

#include <string_view>

namespace wdx::api {

/// Why nothing can be estimated where the core has no verdicts.
inline constexpr std::string_view kNoVerdictsKept = "This generation of the core's schema has no verdicts.";

}  // namespace wdx::api
