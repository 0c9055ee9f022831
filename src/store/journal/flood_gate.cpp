#include "store/journal/flood_gate.hpp"

namespace wdx::store {
namespace {

constexpr std::string_view kEverywhere = "*";

}  // namespace

FloodGate::Window& FloodGate::window(std::string_view kind, std::string_view address, Time now) {
    return windows_.try_emplace(Key(kind, address), Window{.began = now}).first->second;
}

bool FloodGate::let_through(std::string_view kind, std::string_view address, Time now) {
    Window& everywhere = window(kind, kEverywhere, now);
    if (everywhere.passed >= kPerKind) {
        ++everywhere.held;
        return false;
    }
    Window& here = window(kind, address, now);
    if (here.passed >= kPerAddress) {
        ++here.held;
        return false;
    }
    ++here.passed;
    ++everywhere.passed;
    return true;
}

std::vector<FloodGate::Summary> FloodGate::close_windows(Time now) {
    std::vector<Summary> due;
    for (auto it = windows_.begin(); it != windows_.end();) {
        const auto& [key, window] = *it;
        if (now - window.began < kWindow) {
            ++it;
            continue;
        }
        if (window.held > 0)
            due.push_back({.kind = key.first,
                           .address = key.second == kEverywhere ? std::string{} : key.second,
                           .count = window.held});
        it = windows_.erase(it);
    }
    return due;
}

std::vector<FloodGate::Summary> FloodGate::close_all() {
    return close_windows(Time::max());
}

}  // namespace wdx::store
