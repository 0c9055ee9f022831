#include "config/data_dir.hpp"

namespace wdx::config {
namespace {

constexpr const char* kFolder = "watchdxg-back";

std::optional<std::filesystem::path> find_absolute(const Environment& environment, std::string_view name) {
    const std::optional<std::string> value = find_variable(environment, name);
    if (!value || !value->starts_with('/')) return std::nullopt;
    return *value;
}

}  // namespace

std::optional<std::string> find_variable(const Environment& environment, std::string_view name) {
    const auto found = environment.find(name);
    if (found == environment.end() || found->second.empty()) return std::nullopt;
    return found->second;
}

std::optional<std::filesystem::path> default_data_dir(const Environment& environment, uid_t uid) {
    if (const auto state = find_absolute(environment, "STATE_DIRECTORY"))
        return state->string().substr(0, state->string().find(':'));
    if (uid == 0) return std::filesystem::path("/var/lib") / kFolder;
    if (const auto data = find_absolute(environment, "XDG_DATA_HOME")) return *data / kFolder;
    if (const auto home = find_absolute(environment, "HOME")) return *home / ".local" / "share" / kFolder;
    return std::nullopt;
}

}  // namespace wdx::config
