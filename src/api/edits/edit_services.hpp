#pragma once

#include "store/edits/actions.hpp"
#include "store/edits/classifications.hpp"
#include "store/edits/edits.hpp"
#include "store/edits/exemptions.hpp"
#include "store/edits/planned_actions.hpp"
#include "store/edits/preferences.hpp"
#include "store/edits/snoozes.hpp"

#include <cstdint>

namespace wdx::api {

/// What changes the core's tables, and what belongs to their rows.
struct EditServices {
    store::ClassificationStore& classifications;
    store::ActionStore& actions;
    store::SnoozeStore& snoozes;
    store::PlannedActionStore& planned_actions;
    store::ExemptionStore& exemptions;
    store::EditStore& edits;
    store::PreferenceStore& preferences;
    std::int64_t bulk_limit;        ///< the most users that a filter may choose for a write
    std::int64_t action_daily_cap;  ///< attempts of planned actions for each X account and action type on a day (UTC)
    std::int64_t action_attempts;   ///< failures after which a planned action has failed
};

}  // namespace wdx::api
