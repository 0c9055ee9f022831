#include "platform/numbers.hpp"

#include <charconv>
#include <system_error>

namespace wdx::platform {

std::optional<double> parse_double(std::string_view text) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

}  // namespace wdx::platform
