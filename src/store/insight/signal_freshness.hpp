#pragma once

#include "model/facts.hpp"

#include <cstdint>
#include <optional>

namespace wdx::store {

/// How far the kept signals have come, as this process knows.
struct SignalFreshness {
    std::optional<model::Microseconds> as_of{};  ///< every commit before it is in; nullopt: not known yet
    std::optional<std::int64_t> pending{};       ///< users still to be computed; nullopt: not known yet
};

}  // namespace wdx::store
