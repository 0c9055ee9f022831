#pragma once

#include "config/options.hpp"

#include <span>
#include <string>
#include <string_view>

namespace wdx::config {

/// A setting that there was once.  Wherever it is given it is accepted and ignored, and `serve` and `check` warn of it:
/// for two releases, then its row goes and the name is unknown like any other.
struct RemovedSetting {
    std::string_view name;
    std::string_view since;    ///< the first version without it
    std::string_view instead;  ///< what to do, as the end of the warning
};

std::span<const RemovedSetting> removed_settings();

/// @return null when `name`, as that place spells names, is not that of a removed setting
const RemovedSetting* find_removed(Place place, std::string_view name);

/// `WDX_OLD_NAME has no effect any more: remove it`
std::string describe(const RemovedSetting& setting);

}  // namespace wdx::config
