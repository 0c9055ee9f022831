#include "cli/rotatesecret.hpp"

#include "auth/secret_key.hpp"
#include "cli/command.hpp"

#include <string>
#include <vector>

#include <fmt/ranges.h>

namespace wdx::cli {
namespace {

/// Tokens of older keys have expired long ago unless somebody rotates every day.
constexpr std::size_t kMostFallbacks = 8;

constexpr std::string_view kRestart =
    "Restart every process that serves this database; until then they know the old key alone.\n";

/// The keys that verify from now on, the last one first.  A weak one is left behind: it is why the key is changed.
std::vector<std::string> with_predecessor(const std::string& key, std::vector<std::string> fallbacks,
                                          std::ostream& err) {
    if (auth::is_weak_secret_key(key)) {
        err << "The old key was weak and is not kept: everybody has to log in again.\n";
    } else {
        fallbacks.insert(fallbacks.begin(), key);
    }
    if (fallbacks.size() > kMostFallbacks) fallbacks.resize(kMostFallbacks);
    return fallbacks;
}

void write_fallbacks(const std::filesystem::path& path, const std::vector<std::string>& keys) {
    auth::write_secret_file(path, fmt::format("{}", fmt::join(keys, "\n")));
}

/// First the fallbacks, then the key: a process that starts in between is only early.
void rotate_data_folder(const config::Config& config, std::ostream& out, std::ostream& err) {
    const auto old = auth::read_secret_key_file(config.data_dir);
    if (!old)
        throw CommandError(kRefused, "There is no key in " + config.data_dir.string() +
                                         " yet; the server makes one at its first start.");
    const auto fallbacks_path = auth::secret_key_fallbacks_path(config.data_dir);
    write_fallbacks(fallbacks_path, with_predecessor(*old, auth::read_secret_key_fallbacks(config.data_dir), err));
    const auto path = auth::secret_key_path(config.data_dir);
    auth::write_secret_file(path, auth::make_secret_key());
    out << "New key: " << path.string() << "; keys that still verify: " << fallbacks_path.string() << ".\n";
}

void print_fallbacks(const std::vector<std::string>& keys, std::ostream& out) {
    out << fmt::format("WDX_SECRET_KEY_FALLBACKS={}\n", fmt::join(keys, ","));
}

}  // namespace

int rotatesecret(const config::Loaded& loaded, std::ostream& out, std::ostream& err) {
    return run_command(err, [&] {
        const config::Config& config = loaded.config;
        const config::Source& source = loaded.sources.at("WDX_SECRET_KEY");
        if (config.secret_key.empty()) {
            rotate_data_folder(config, out, err);
            err << kRestart;
            return kDone;
        }
        if (config.secret_key.find_first_of(",\n") != std::string::npos)
            throw CommandError(kRefused,
                               "The key holds a comma or a line break: WDX_SECRET_KEY_FALLBACKS cannot hold it.");
        const auto keys = with_predecessor(config.secret_key, config.secret_key_fallbacks, err);
        const auto& fallbacks_file = loaded.sources.at("WDX_SECRET_KEY_FALLBACKS").secret_file;
        if (!fallbacks_file.empty()) {
            write_fallbacks(fallbacks_file, keys);
            out << "Keys that still verify: " << fallbacks_file.string() << ".\n";
        }
        if (source.secret_file.empty()) {
            err << "The key is set by " << config::describe(source) << "; set there:\n";
            out << "WDX_SECRET_KEY=" << auth::make_secret_key() << '\n';
        } else {
            auth::write_secret_file(source.secret_file, auth::make_secret_key());
            out << "New key: " << source.secret_file.string() << ".\n";
            if (fallbacks_file.empty() && !keys.empty()) err << "So that nobody is logged out, set:\n";
        }
        if (fallbacks_file.empty() && !keys.empty()) print_fallbacks(keys, out);
        err << kRestart;
        return kDone;
    });
}

}  // namespace wdx::cli
