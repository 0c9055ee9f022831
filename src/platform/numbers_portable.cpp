#include "platform/numbers.hpp"

#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <string>

namespace wdx::platform {

// std::from_chars for double is not in libc++ before LLVM 20.  The program never changes its locale from "C".
std::optional<double> parse_double(std::string_view text) {
    constexpr std::string_view kNotOurs = "+ \t\n\v\f\r";  // in front; strtod takes them
    if (text.empty() || kNotOurs.find(text.front()) != std::string_view::npos) return std::nullopt;
    if (text.find_first_of("xX") != std::string_view::npos) return std::nullopt;
    const std::string copy(text);
    char* end = nullptr;
    errno = 0;
    const double value = std::strtod(copy.c_str(), &end);
    if (end != copy.c_str() + copy.size()) return std::nullopt;
    if (errno == ERANGE && (value == 0 || std::isinf(value))) return std::nullopt;
    return value;
}

}  // namespace wdx::platform
