#pragma once

#include "api/lists/list_hints.hpp"
#include "auth/token.hpp"
#include "model/signals.hpp"
#include "store/insight/signal_freshness.hpp"

#include <chrono>
#include <string>

namespace wdx::api {

/// What lists are made with.
struct ListServices {
    const auth::SigningKey& cursor_key;
    const store::SignalFreshness& signals;
    model::SignalWeights signal_weights{};
    std::string core_timezone{};  ///< in which the core wrote timestamps without zone; empty: the database's own
    std::chrono::seconds stream_max_age{300};  ///< how long a long list or an export may take
    ListHints hints{};
};

}  // namespace wdx::api
