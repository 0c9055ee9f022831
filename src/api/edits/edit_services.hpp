#pragma once

#include "store/edits/actions.hpp"
#include "store/edits/classifications.hpp"
#include "store/edits/edits.hpp"
#include "store/edits/preferences.hpp"
#include "store/edits/snoozes.hpp"

#include <cstdint>

namespace wdx::api {

/// What changes the core's tables, and what belongs to their rows.
struct EditServices {
    store::ClassificationStore& classifications;
    store::ActionStore& actions;
    store::SnoozeStore& snoozes;
    store::EditStore& edits;
    store::PreferenceStore& preferences;
    std::int64_t bulk_limit;  ///< the most users that a filter may choose for a write
};

}  // namespace wdx::api
