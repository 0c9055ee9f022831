#include "backup/error.hpp"

#include <fmt/format.h>

namespace wdx::backup {

void refuse(const std::filesystem::path& file, std::string_view why) {
    throw BackupError(fmt::format("{} is not a whole backup: {}.", file.string(), why));
}

}  // namespace wdx::backup
