#include "backup/backup_file.hpp"

#include "backup/error.hpp"
#include "backup/tar.hpp"
#include "base/digest.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <functional>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>

namespace wdx::backup {
namespace {

constexpr std::string_view kManifestMember = "manifest.json";
constexpr std::string_view kChecksumsMember = "SHA256SUMS";
constexpr std::size_t kBlock = 64 * 1024;
constexpr std::int64_t kSmallMemberLimit = 64 * 1024 * 1024;  ///< bytes; a manifest has a hundred for each table

using Block = std::array<char, kBlock>;
using Sink = std::function<void(std::string_view)>;

[[noreturn]] void throw_errno(const std::string& what) {
    throw std::system_error(errno, std::generic_category(), what);
}

/// Hands the whole of an open file on, from its beginning.
void read_whole(int file, const Sink& sink) {
    if (::lseek(file, 0, SEEK_SET) < 0) throw_errno("lseek");
    Block block;
    for (;;) {
        const ssize_t size = ::read(file, block.data(), block.size());
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) throw_errno("Cannot read");
        if (size == 0) return;
        sink({block.data(), static_cast<std::size_t>(size)});
    }
}

void write_member(TarWriter& tar, std::string_view name, std::string_view contents) {
    tar.begin(name, static_cast<std::int64_t>(contents.size()));
    tar.append(contents);
}

Member describe(std::string_view name, std::string_view contents) {
    return {std::string(name), static_cast<std::int64_t>(contents.size()), base::sha256_hex(contents)};
}

Member describe_file(std::string_view name, int file) {
    base::Sha256 digest;
    std::int64_t size = 0;
    read_whole(file, [&](std::string_view block) {
        digest.update(block);
        size += static_cast<std::int64_t>(block.size());
    });
    return {std::string(name), size, digest.hex()};
}

/// As sha256sum prints it.
std::string checksums_of(const std::vector<Member>& members) {
    std::string lines;
    for (const Member& member : members) lines += fmt::format("{}  {}\n", member.sha256, member.name);
    return lines;
}

// -- reading

/// Hands the contents of the member on.  @return its size and checksum
Member read_member(const TarReader& tar, std::string_view name, const Sink& sink) {
    base::Sha256 digest;
    tar.read([&](std::string_view block) {
        digest.update(block);
        sink(block);
    });
    return {std::string(name), tar.size(), digest.hex()};
}

/// The contents of a member that must be small.
std::string read_small(const TarReader& tar, const std::filesystem::path& path, std::string_view name) {
    if (tar.size() > kSmallMemberLimit) refuse(path, fmt::format("{} is too long", name));
    std::string text;
    tar.read([&](std::string_view block) { text += block; });
    return text;
}

/// The contents of the first member.
std::string read_manifest_text(TarReader& tar, const std::filesystem::path& path) {
    if (tar.next() != kManifestMember) refuse(path, "its manifest is missing");
    return read_small(tar, path, kManifestMember);
}

void ignore_data(std::string_view /*block*/) {}

}  // namespace

void write_backup(const base::FileDescriptor& output, Manifest manifest, const std::vector<SmallMember>& members,
                  const base::FileDescriptor& dump) {
    for (const SmallMember& member : members) manifest.members.push_back(describe(member.name, member.contents));
    manifest.members.push_back(describe_file(kDumpMember, dump.get()));
    const std::string manifest_text = write_manifest(manifest);

    TarWriter tar(output.get());
    write_member(tar, kManifestMember, manifest_text);
    for (const SmallMember& member : members) write_member(tar, member.name, member.contents);
    tar.begin(kDumpMember, manifest.members.back().size);
    read_whole(dump.get(), [&](std::string_view block) { tar.append(block); });
    manifest.members.insert(manifest.members.begin(), describe(kManifestMember, manifest_text));
    write_member(tar, kChecksumsMember, checksums_of(manifest.members));
    tar.finish();
    if (::fsync(output.get()) != 0) throw_errno("fsync");
}

Manifest read_manifest_of(const std::filesystem::path& path) {
    const base::FileDescriptor file = base::open_file(path, O_RDONLY);
    TarReader tar(path, file.get());
    return read_manifest(read_manifest_text(tar, path));
}

BackupFile::BackupFile(std::filesystem::path path, base::FileDescriptor file)
    : path_(std::move(path)), file_(std::move(file)) {}

BackupFile BackupFile::open(const std::filesystem::path& path) {
    base::FileDescriptor opened(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (opened.get() < 0) throw_errno(path.string());
    BackupFile file(path, std::move(opened));
    file.verify();
    return file;
}

void BackupFile::verify() {
    TarReader tar(path_, file_.get());
    const std::string text = read_manifest_text(tar, path_);
    manifest_ = read_manifest(text);
    for (const Member& expected : manifest_.members) {
        if (tar.next() != expected.name) refuse(path_, fmt::format("{} is missing", expected.name));
        if (read_member(tar, expected.name, &ignore_data) != expected)
            refuse(path_, fmt::format("{} was altered", expected.name));
    }
    std::vector<Member> all = manifest_.members;
    all.insert(all.begin(), describe(kManifestMember, text));
    if (tar.next() != kChecksumsMember || read_small(tar, path_, kChecksumsMember) != checksums_of(all))
        refuse(path_, "its checksums are missing, or its manifest was altered");
    if (!tar.next().empty()) refuse(path_, "it has a member too many");
    if (manifest_.find_member(kDumpMember) == nullptr) refuse(path_, "the database is missing");
}

std::string BackupFile::read(std::string_view member) const {
    TarReader tar(path_, file_.get());
    for (std::string name = tar.next(); !name.empty(); name = tar.next())
        if (name == member) return read_small(tar, path_, name);
    return {};
}

void BackupFile::copy_dump(int output) const {
    TarReader tar(path_, file_.get());
    bool is_wanted = true;
    for (std::string name = tar.next(); !name.empty(); name = tar.next()) {
        if (name != kDumpMember) continue;
        const Member copied = read_member(tar, name, [&](std::string_view block) {
            try {
                if (is_wanted) base::write_all(output, block, path_);
            } catch (const std::system_error& error) {
                if (error.code() != std::errc::broken_pipe) throw;
                is_wanted = false;
            }
        });
        if (copied == *manifest_.find_member(kDumpMember)) return;
    }
    refuse(path_, "it was altered while it was read");
}

}  // namespace wdx::backup
