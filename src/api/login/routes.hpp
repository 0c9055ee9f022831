#pragma once

#include "api/request/route.hpp"

#include <span>

namespace wdx::api {

// The rows of this folder, each beside its handler.
std::span<const Route> token_routes();          // tokens.cpp
std::span<const Route> refresh_routes();        // refresh.cpp
std::span<const Route> session_routes();        // sessions.cpp
std::span<const Route> me_routes();             // me.cpp
std::span<const Route> second_factor_routes();  // second_factor.cpp
std::span<const Route> console_routes();        // console_session.cpp

}  // namespace wdx::api
