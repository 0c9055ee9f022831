#pragma once

#include "base/clock.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace wdx::api {

/// Who sent a request, as far as that is known without the database.
struct Bearer {
    std::optional<std::int32_t> user_id;
    std::optional<base::UnixTime> issued_at;
    std::optional<base::UnixTime> expires_at{};  ///< nullopt for a password
    std::string jti{};                           ///< empty when the token has none that can have been recorded
};

}  // namespace wdx::api
