#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <sys/types.h>

namespace wdx::config {

/// The environment's variables, injected so that tests do not depend on the real ones.
using Environment = std::map<std::string, std::string, std::less<>>;

/// The variable's value; empty ones count as not set.
std::optional<std::string> find_variable(const Environment& environment, std::string_view name);

/// The folder where the server keeps its own files when `WDX_DATA_DIR` is not set: the first of `$STATE_DIRECTORY`
/// (systemd separates several by colons), for root `/var/lib/watchdxg-back`, else
/// `$XDG_DATA_HOME/watchdxg-back` or `$HOME/.local/share/watchdxg-back`.  Relative paths in these variables are
/// ignored, as the XDG specification wants.  Looks at no file.
/// @return nullopt when no variable says where
std::optional<std::filesystem::path> default_data_dir(const Environment& environment, uid_t uid);

}  // namespace wdx::config
