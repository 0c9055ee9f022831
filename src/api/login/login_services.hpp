#pragma once

#include "auth/token.hpp"
#include "store/login/second_factor.hpp"
#include "store/login/sessions.hpp"

#include <chrono>
#include <string>
#include <unordered_map>

namespace wdx::api {

/// What a login or a refresh answers.
struct TokenAnswer {
    auth::IssuedToken refresh;
    auth::IssuedToken access;
};

/// What logins, refreshes and sessions need besides AccessServices.
struct LoginServices {
    store::SessionStore& sessions;
    store::SecondFactorStore& factors;
    auth::Lifetimes lifetimes;
    std::chrono::seconds refresh_grace{0};
    bool revoke_on_reuse = false;
    std::chrono::seconds session_max_age{0};  ///< zero: none
    /// Rotations that were answered 503 because it was not known whether they had been committed, by the jti of the
    /// token that was presented: shown again, it gets the same successor, so that an outage ends no session.
    std::unordered_map<std::string, TokenAnswer> lost_rotations{};
};

}  // namespace wdx::api
