#pragma once

#include "api/request/route.hpp"

#include <span>

namespace wdx::api {

// The rows of this folder, each beside its handler.
std::span<const Route> classification_routes();  // classification.cpp
std::span<const Route> action_routes();          // actions.cpp
std::span<const Route> snooze_routes();          // snoozes.cpp
std::span<const Route> planned_action_routes();  // planned_actions.cpp
std::span<const Route> exemption_routes();       // exemptions.cpp
std::span<const Route> edit_routes();            // edits.cpp
std::span<const Route> preference_routes();      // preferences.cpp

}  // namespace wdx::api
