#include "rest/coding.hpp"

#include "base/ascii.hpp"

#include <optional>

namespace wdx::rest {
namespace {

std::string_view trim(std::string_view text) {
    constexpr std::string_view kBlanks = " \t";
    const auto first = text.find_first_not_of(kBlanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

/// `q=0`, `q=0.0` and the like.
bool is_refused(std::string_view parameters) {
    const auto q = trim(parameters);
    if (!q.starts_with("q=") && !q.starts_with("Q=")) return false;
    return q.size() > 2 && q.find_first_not_of("0.", 2) == std::string_view::npos;
}

/// Whether `coding` is taken, where `list` names it.
std::optional<bool> find_coding(std::string_view list, std::string_view coding) {
    while (!list.empty()) {
        const auto comma = list.find(',');
        const std::string_view item = list.substr(0, comma);
        list = comma == std::string_view::npos ? std::string_view{} : list.substr(comma + 1);
        const auto semicolon = item.find(';');
        if (!base::equals_ignoring_ascii_case(trim(item.substr(0, semicolon)), coding)) continue;
        return semicolon == std::string_view::npos || !is_refused(item.substr(semicolon + 1));
    }
    return std::nullopt;
}

}  // namespace

std::string_view choose_coding(std::string_view accept_encoding, std::initializer_list<std::string_view> available) {
    for (const std::string_view coding : available) {
        const auto named = find_coding(accept_encoding, coding);
        if (named ? *named : find_coding(accept_encoding, "*").value_or(false)) return coding;
    }
    return {};
}

}  // namespace wdx::rest
