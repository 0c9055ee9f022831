#pragma once

#include "api/request/route.hpp"

#include <span>

namespace wdx::api {

// The rows of this folder, each beside its handler.
std::span<const Route> event_routes();  // events.cpp

}  // namespace wdx::api
