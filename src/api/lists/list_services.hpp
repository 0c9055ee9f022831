#pragma once

#include "auth/token.hpp"
#include "model/signals.hpp"
#include "store/insight/signal_freshness.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <unordered_map>

namespace wdx::api {

/// What lists are made with.
struct ListServices {
    const auth::SigningKey& cursor_key;
    const store::SignalFreshness& signals;
    model::SignalWeights signal_weights{};
    std::string core_timezone{};  ///< in which the core wrote timestamps without zone; empty: the database's own
    std::chrono::seconds stream_max_age{300};  ///< how long a long list or an export may take
    /// Accounts (0: all users) and whether their list of users was long last time: then it is streamed at once.  Only a
    /// hint: a wrong one costs time, nothing else.
    std::unordered_map<std::int64_t, bool> is_long{};
};

}  // namespace wdx::api
