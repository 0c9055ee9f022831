#include "model/handle.hpp"

#include "base/unicode.hpp"

namespace wdx::model {

std::string plain_handle(std::string_view text) {
    std::string plain;
    std::size_t position = 0;
    while (position < text.size()) {
        const std::size_t begin = position;
        const char32_t point = base::next_code_point(text, position);
        if (base::is_invisible(point) || base::is_line_break(point)) continue;
        const bool leads = base::is_space(point) || kAtSigns.find(point) != std::u32string_view::npos;
        if (!plain.empty() || !leads) plain.append(text.substr(begin, position - begin));
    }
    plain.resize(base::strip(plain).size());  // nothing is left to be stripped in front
    return plain;
}

}  // namespace wdx::model
