#pragma once

#include "base/json_reader.hpp"

#include <optional>
#include <string_view>

namespace wdx::insight {

// A member of a report as what it should be; nothing where it is not there, null or of another type.

inline std::string_view text_of(const base::JsonValue* value) {
    return value != nullptr && value->is_string() ? std::string_view(value->string) : std::string_view();
}

inline std::optional<bool> truth_of(const base::JsonValue* value) {
    if (value == nullptr || value->kind != base::JsonValue::Kind::boolean) return std::nullopt;
    return value->boolean;
}

/// A yes-or-no value counts as 1 or 0.
inline std::optional<double> number_of(const base::JsonValue* value) {
    if (const auto truth = truth_of(value)) return *truth ? 1 : 0;
    if (value == nullptr || !value->is_number()) return std::nullopt;
    if (value->kind == base::JsonValue::Kind::floating) return value->floating;
    return value->fits_int64 ? std::optional(static_cast<double>(value->integer)) : std::nullopt;
}

}  // namespace wdx::insight
