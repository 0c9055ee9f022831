#include "config/files.hpp"

#include <array>
#include <cerrno>
#include <fstream>
#include <system_error>

#include <fmt/format.h>

namespace wdx::config {
namespace {

constexpr std::size_t kSecretFileLimit = 64UL * 1024;

}  // namespace

// In pieces, since a pipe or a device has no size.
Parsed<std::string> read_file(const std::filesystem::path& path, std::size_t limit) {
    std::error_code error;
    if (std::filesystem::is_directory(path, error)) return Fault{fmt::format("{} is a directory", path.string())};
    errno = 0;
    std::ifstream file(path, std::ios::binary);
    if (!file) return Fault{fmt::format("cannot read {}: {}", path.string(), std::generic_category().message(errno))};
    std::string contents;
    std::array<char, 4096> piece{};
    while (file.read(piece.data(), piece.size()) || file.gcount() > 0) {
        contents.append(piece.data(), static_cast<std::size_t>(file.gcount()));
        if (contents.size() > limit) return Fault{fmt::format("{} has more than {} bytes", path.string(), limit)};
    }
    if (file.bad()) return Fault{fmt::format("cannot read {}", path.string())};
    return parsed_text(std::move(contents));
}

Parsed<std::string> read_secret(const std::filesystem::path& path) {
    Parsed<std::string> contents = read_file(path, kSecretFileLimit);
    if (!contents) return contents;
    if (contents->ends_with('\n')) {
        contents->pop_back();
        if (contents->ends_with('\r')) contents->pop_back();
    }
    if (contents->empty()) return Fault{fmt::format("{} is empty", path.string())};
    return contents;
}

}  // namespace wdx::config
