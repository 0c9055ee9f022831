#pragma once

#include <cstdlib>
#include <filesystem>

namespace wdx {

/// The repository, for the tests that read its files: WDX_SOURCE_DIR, or else the folder above the program that has
/// CMakePresets.json.  Not compiled in: no object differs by the folder that it was compiled in, so that ccache can
/// serve a clone that stands elsewhere.
inline std::filesystem::path source_folder() {
    namespace fs = std::filesystem;
    if (const char* const named = std::getenv("WDX_SOURCE_DIR")) return named;
    fs::path folder = fs::read_symlink("/proc/self/exe").parent_path();
    while (folder.has_relative_path() && !fs::exists(folder / "CMakePresets.json")) folder = folder.parent_path();
    return folder;
}

}  // namespace wdx
