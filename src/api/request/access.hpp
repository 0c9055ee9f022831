#pragma once

#include "api/request/counters.hpp"
#include "api/request/throttles.hpp"
#include "api/request/work_pool.hpp"
#include "auth/token.hpp"
#include "store/login/operators.hpp"
#include "store/login/tokens.hpp"

namespace wdx::api {

/// What it takes to find out who sent a request.
struct AccessServices {
    const auth::SigningKey& key;
    store::TokenStore& tokens;
    store::OperatorStore& operators;
    WorkPool& hashes;
    Throttles& throttles;
    Counters& counters;
    bool basic_auth = false;
};

}  // namespace wdx::api
