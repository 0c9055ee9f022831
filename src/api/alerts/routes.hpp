#pragma once

#include "api/request/route.hpp"

#include <span>

namespace wdx::api {

std::span<const Route> alert_routes();  // alerts.cpp

}  // namespace wdx::api
