#pragma once

#include "rest/error.hpp"

#include <cstdint>
#include <string_view>

namespace wdx::api {

/// 404: there is no user with the id in the path.
rest::ApiError no_such_user();
/// 400 for ids in `user_ids`.
/// @param ids    the first of them, `7, 9`
/// @param count  of all of them
rest::ApiError unknown_user_ids(std::string_view ids, std::int64_t count);

}  // namespace wdx::api
