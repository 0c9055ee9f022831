#pragma once

#include "alert/sender.hpp"
#include "store/alerts/alert_store.hpp"

#include <string>

namespace wdx::api {

/// What a test is sent with.
struct AlertServices {
    store::AlertStore& alerts;
    alert::Sender& sender;
    std::string public_url;   ///< without a slash at its end; empty: no links
    bool is_testing = false;  ///< a test is being sent
};

}  // namespace wdx::api
