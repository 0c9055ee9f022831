#include "base/clock.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace wdx::base {

std::string iso_time(std::chrono::sys_time<std::chrono::microseconds> time) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
    const std::string text =
        fmt::format("{:%Y-%m-%dT%H:%M:%S}", fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)));
    const auto rest = (time - seconds).count();
    return rest == 0 ? text + "Z" : fmt::format("{}.{:06}Z", text, rest);
}

}  // namespace wdx::base
