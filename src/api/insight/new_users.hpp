#pragma once

#include "api/request/context.hpp"

#include <cstdint>
#include <vector>

#include <boost/asio/awaitable.hpp>

namespace wdx::api {

/// Computes and keeps the signals of those among some users of whom nothing is kept yet: who asks for a user need not
/// wait for the next look at all of them.
/// @throws ApiError 401, 404 when this generation of the core has no users, 503; DbError
boost::asio::awaitable<void> score_new_users(Context& context, std::vector<std::int64_t> ids);

}  // namespace wdx::api
