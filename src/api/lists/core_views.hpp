#pragma once

#include "api/request/context.hpp"
#include "store/core/core_views.hpp"
#include "store/insight/signals.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

namespace wdx::api {

/// The tables that figures are made of, as the connected database has them now; reads the core's schema if nobody has
/// yet.
/// @throws ApiError 404 when this generation of the core has no users, 503; DbError
boost::asio::awaitable<store::CoreViews> core_views(Context& context);

/// The X accounts whose posts' counters were swapped: what store::correct_posts needs.
/// @param account  the one to look at; nullopt: all
boost::asio::awaitable<std::vector<std::int64_t>> swapped_accounts(Context& context, const model::View& posts,
                                                                   std::optional<std::int64_t> account);

/// What is kept of the users' signals, with the weights that are set.  See store::signals_sql.
std::string signals_sql(Context& context, store::Ranks ranks);
/// Up to when it is, `2026-11-29T12:00:00.000001Z`; empty: not known yet.
std::string signals_as_of(Context& context);

}  // namespace wdx::api
