#include "config/removed.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace wdx::config {
namespace {

constexpr std::array kRemoved{
    RemovedSetting{.name = "WDX_IO_THREADS", .since = "0.1.0", .instead = "remove it"},
};

}  // namespace

std::span<const RemovedSetting> removed_settings() {
    return kRemoved;
}

const RemovedSetting* find_removed(Place place, std::string_view name) {
    const auto* const found = std::find_if(kRemoved.begin(), kRemoved.end(), [&](const RemovedSetting& setting) {
        return spelled(setting.name, place) == name;
    });
    return found == kRemoved.end() ? nullptr : found;
}

std::string describe(const RemovedSetting& setting) {
    return fmt::format("{} has no effect any more: {}", setting.name, setting.instead);
}

}  // namespace wdx::config
