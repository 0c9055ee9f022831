#pragma once

#include "config/config.hpp"
#include "config/data_dir.hpp"
#include "config/options.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <boost/system/result.hpp>

namespace wdx::config {

/// Everything that settings are made of.
struct Inputs {
    /// `--config`; without it WDX_CONFIG_FILE names the file.
    std::optional<std::filesystem::path> config_file;
    Environment environment;
    /// Flag to text, as `Option::spelled(Place::flag)` or `file_spelled` names it: {"--idle-timeout", "60"}.
    std::map<std::string, std::string, std::less<>> flags;
    uid_t uid = 0;  ///< decides the default of WDX_DATA_DIR
};

/// The environment and user of this process; no flags.
Inputs process_inputs();

/// Where a value came from.
struct Source {
    std::optional<Place> place;         ///< nullopt: the default
    std::string given_as;               ///< the name that was used, e.g. `WDX_SECRET_KEY_FILE`, `DATABASE_URL`
    std::filesystem::path config_file;  ///< with Place::file: the settings file
    std::filesystem::path secret_file;  ///< the file that a secret was read from, else empty
};

/// For people: `default`, `file /etc/wdx.toml`, `environment`, `environment: WDX_SECRET_KEY_FILE=/run/key`, `flag`.
std::string describe(const Source& source);

/// Settings that passed every check, and for each `WDX_` name where its value came from.
struct Loaded {
    Config config{};
    std::map<std::string, Source, std::less<>> sources{};
    std::vector<std::string> warnings{};  ///< a sentence for each removed setting that was given
};

/// One thing that the operator must correct.  Never holds the value of a secret.
struct Mistake {
    std::string name;   ///< `WDX_IDLE_TIMEOUT`, or what was written where no setting has that name
    std::string text;   ///< `must be at least 1`
    std::string where;  ///< `environment`, `flag`, `/etc/wdx.toml, line 3`
};

/// `WDX_IDLE_TIMEOUT: must be at least 1 (environment)`
std::string describe(const Mistake& mistake);

/// Puts the settings together: defaults, then the TOML file, the environment and the flags, each over the one before.
///  - A variable that is empty counts as not set; an empty flag or text in the file is a value.
///  - `<secret>_FILE` reads a file and drops one line end; beside the plain name in the same place it is a mistake.
///  - An alias (DATABASE_URL) serves where neither the environment nor a flag has the setting.
///  - Unknown names are mistakes: keys of the file, flags, and variables that begin with `WDX_`.
///  - Removed settings are ignored, whatever their value; `warnings` has a sentence for each.
///  - Every place is checked, also where a later one overrides it.
///  - WDX_DATABASE_PASSWORD goes into the URLs of the database.
/// Reads the settings file and the files of secrets; changes nothing.
/// @return the settings, or every mistake there is
boost::system::result<Loaded, std::vector<Mistake>> load(const Inputs& inputs);

}  // namespace wdx::config
