#pragma once

#include <string>
#include <string_view>

namespace wdx::insight {

/// A number as people write it: `4,980`, `0.5`; with at most so many digits behind the point.
std::string number(double value, int decimals = 0);

/// A number and what it counts: `1 account`, `4,980 accounts`.
std::string counted(double value, std::string_view one, std::string_view many, int decimals = 0);

}  // namespace wdx::insight
