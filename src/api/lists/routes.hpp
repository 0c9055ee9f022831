#pragma once

#include "api/request/route.hpp"

#include <span>

namespace wdx::api {

// The rows of this folder, each beside its handler.
std::span<const Route> account_routes();  // accounts.cpp
std::span<const Route> user_routes();     // users.cpp
std::span<const Route> list_routes();     // lists.cpp

}  // namespace wdx::api
