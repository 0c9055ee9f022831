#pragma once

#include "base/child_process.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace wdx::app {

/// The user that the processes of the private PostgreSQL cluster run as, and that owns its files.  PostgreSQL refuses
/// to run as root.  So: whoever runs this program, but for root the owner of `existing_cluster` when there is one, else
/// the user `postgres` that Debian's packages make.
/// @throws std::runtime_error when root finds no user to change to
base::ProcessUser choose_cluster_user(const std::filesystem::path& existing_cluster);

/// The first of the folders on the way from `/` down to `folder` (itself included) that `user` may not enter.
std::optional<std::filesystem::path> first_closed_folder(const base::ProcessUser& user,
                                                         const std::filesystem::path& folder);

}  // namespace wdx::app
