#include "cli/restored_key.hpp"

#include "auth/secret_key.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace wdx::cli {
namespace {

std::string current_key(const config::Config& config) {
    if (!config.secret_key.empty()) return config.secret_key;
    return auth::read_secret_key_file(config.data_dir).value_or("");
}

void write_lines(const std::filesystem::path& path, const std::vector<std::string>& keys) {
    auth::write_secret_file(path, fmt::format("{}", fmt::join(keys, "\n")));
}

/// Where WDX_SECRET_KEY_FILE is; empty when the key is not in a file of its own.
std::filesystem::path key_file(const config::Loaded& settings) {
    const auto source = settings.sources.find("WDX_SECRET_KEY");
    return source == settings.sources.end() ? std::filesystem::path() : source->second.secret_file;
}

}  // namespace

RestoredKey::RestoredKey(const config::Loaded& settings, std::vector<std::string> keys)
    : settings_(settings),
      keys_(std::move(keys)),
      is_there_(!keys_.empty() && current_key(settings.config) == keys_.front()) {}

std::string RestoredKey::describe() const {
    if (keys_.empty() || is_there_) return {};
    if (settings_.config.secret_key.empty())
        return fmt::format("The signing key goes to {}.", auth::secret_key_path(settings_.config.data_dir).string());
    if (const auto file = key_file(settings_); !file.empty())
        return fmt::format("The signing key goes to {}.", file.string());
    return fmt::format("The signing key is set by {}: what to set instead will be printed.",
                       config::describe(settings_.sources.at("WDX_SECRET_KEY")));
}

void RestoredKey::let_verify() {
    if (keys_.empty() || is_there_) return;
    if (!settings_.config.secret_key.empty()) return try_key_file();
    const std::filesystem::path& folder = settings_.config.data_dir;
    auth::load_or_create_secret_key({}, folder);  // makes the folder, too
    before_ = auth::read_secret_key_fallbacks(folder);
    std::vector<std::string> verifying = keys_;
    for (const std::string& key : *before_)
        if (std::ranges::find(verifying, key) == verifying.end()) verifying.push_back(key);
    write_lines(auth::secret_key_fallbacks_path(folder), verifying);
}

/// Writes what is there already: better known now than when the database has been replaced.
void RestoredKey::try_key_file() {
    const std::filesystem::path file = key_file(settings_);
    if (file.empty()) return;
    try {
        auth::write_secret_file(file, settings_.config.secret_key);
    } catch (const auth::SecretKeyError&) {
        can_write_ = false;
    }
}

void RestoredKey::undo() const {
    if (before_) write_lines(auth::secret_key_fallbacks_path(settings_.config.data_dir), *before_);
}

void RestoredKey::let_sign(std::ostream& out, std::ostream& err) const {
    if (keys_.empty() || is_there_) return;
    const std::vector<std::string> fallbacks(keys_.begin() + 1, keys_.end());
    if (settings_.config.secret_key.empty()) {
        const std::filesystem::path path = auth::secret_key_path(settings_.config.data_dir);
        auth::write_secret_file(path, keys_.front());
        write_lines(auth::secret_key_fallbacks_path(settings_.config.data_dir), fallbacks);
        out << "Signing key: " << path.string() << '\n';
        return;
    }
    if (const auto file = key_file(settings_); !file.empty() && can_write_) {
        auth::write_secret_file(file, keys_.front());
        out << "Signing key: " << file.string() << '\n';
    } else {
        err << "So that nobody is logged out, set:\n";
        out << "WDX_SECRET_KEY=" << keys_.front() << '\n';
    }
    if (!fallbacks.empty()) out << fmt::format("WDX_SECRET_KEY_FALLBACKS={}\n", fmt::join(fallbacks, ","));
}

}  // namespace wdx::cli
