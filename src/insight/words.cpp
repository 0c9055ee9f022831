#include "insight/words.hpp"

#include <fmt/format.h>

namespace wdx::insight {

std::string number(double value, int decimals) {
    std::string text = fmt::format("{:.{}f}", value, decimals);
    if (text.find('.') != std::string::npos) {
        text.erase(text.find_last_not_of('0') + 1);
        if (text.back() == '.') text.pop_back();
    }
    if (text == "-0") text = "0";
    const std::size_t first = text.front() == '-' ? 1 : 0;
    std::size_t end = text.find('.');
    if (end == std::string::npos) end = text.size();
    while (end > first + 3) text.insert(end -= 3, ",");
    return text;
}

std::string counted(double value, std::string_view one, std::string_view many, int decimals) {
    std::string text = number(value, decimals);
    const bool is_one = text == "1";
    return fmt::format("{} {}", std::move(text), is_one ? one : many);
}

}  // namespace wdx::insight
