#include "backup/backup_file.hpp"

#include "backup/error.hpp"
#include "base/digest.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <functional>
#include <memory>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>

namespace wdx::backup {
namespace {

constexpr std::string_view kManifestMember = "manifest.json";
constexpr std::string_view kChecksumsMember = "SHA256SUMS";
constexpr std::size_t kBlock = 64 * 1024;
constexpr std::int64_t kSmallMemberLimit = 64 * 1024 * 1024;  ///< bytes; a manifest has a hundred for each table

struct Close {
    void operator()(archive* file) const noexcept { archive_free(file); }
    void operator()(archive_entry* entry) const noexcept { archive_entry_free(entry); }
};
using Archive = std::unique_ptr<archive, Close>;
using Entry = std::unique_ptr<archive_entry, Close>;
using Block = std::array<char, kBlock>;
using Sink = std::function<void(std::string_view)>;

[[noreturn]] void throw_errno(const std::string& what) {
    throw std::system_error(errno, std::generic_category(), what);
}

void require(int status, const Archive& file) {
    if (status < ARCHIVE_WARN)
        throw BackupError(fmt::format("Cannot write the backup: {}", archive_error_string(file.get())));
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

void begin_member(const Archive& tar, std::string_view name, std::int64_t size) {
    const Entry entry(archive_entry_new());
    archive_entry_set_pathname(entry.get(), std::string(name).c_str());
    archive_entry_set_size(entry.get(), size);
    archive_entry_set_filetype(entry.get(), AE_IFREG);
    archive_entry_set_perm(entry.get(), S_IRUSR | S_IWUSR);
    require(archive_write_header(tar.get(), entry.get()), tar);
}

void append(const Archive& tar, std::string_view data) {
    if (archive_write_data(tar.get(), data.data(), data.size()) != static_cast<la_ssize_t>(data.size()))
        throw BackupError(fmt::format("Cannot write the backup: {}", archive_error_string(tar.get())));
}

void write_member(const Archive& tar, std::string_view name, std::string_view contents) {
    begin_member(tar, name, static_cast<std::int64_t>(contents.size()));
    append(tar, contents);
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

[[noreturn]] void refuse(const std::filesystem::path& path, std::string_view why) {
    throw BackupError(fmt::format("{} is not a whole backup: {}.", path.string(), why));
}

/// Goes through the members of a backup, in their order.
class Reader {
  public:
    Reader(const std::filesystem::path& path, int file) : path_(path), tar_(archive_read_new()) {
        if (::lseek(file, 0, SEEK_SET) < 0) throw_errno(path.string());
        archive_read_support_format_tar(tar_.get());
        if (archive_read_open_fd(tar_.get(), file, kBlock) != ARCHIVE_OK)
            refuse(path_, archive_error_string(tar_.get()));
    }

    /// The name of the next member; empty at the end.
    std::string next() {
        archive_entry* entry = nullptr;
        const int status = archive_read_next_header(tar_.get(), &entry);
        if (status == ARCHIVE_EOF) return {};
        if (status != ARCHIVE_OK) refuse(path_, archive_error_string(tar_.get()));
        const char* const name = archive_entry_pathname(entry);
        if (name == nullptr || *name == '\0') refuse(path_, "a member has no name");
        return name;
    }

    /// Hands the contents of the member on.  @return its size and checksum
    Member read(std::string_view name, const Sink& sink) {
        base::Sha256 digest;
        std::int64_t size = 0;
        Block block;
        for (;;) {
            const la_ssize_t count = archive_read_data(tar_.get(), block.data(), block.size());
            if (count < 0) refuse(path_, archive_error_string(tar_.get()));
            if (count == 0) return {std::string(name), size, digest.hex()};
            const std::string_view data(block.data(), static_cast<std::size_t>(count));
            digest.update(data);
            size += count;
            sink(data);
        }
    }

    /// The contents of a member that must be small.
    std::string read_small(std::string_view name) {
        std::string text;
        read(name, [&](std::string_view block) {
            text += block;
            if (static_cast<std::int64_t>(text.size()) > kSmallMemberLimit)
                refuse(path_, fmt::format("{} is too long", name));
        });
        return text;
    }

  private:
    const std::filesystem::path& path_;
    Archive tar_;
};

void ignore_data(std::string_view /*block*/) {}

}  // namespace

void write_backup(const base::FileDescriptor& output, Manifest manifest, const std::vector<SmallMember>& members,
                  const base::FileDescriptor& dump) {
    for (const SmallMember& member : members) manifest.members.push_back(describe(member.name, member.contents));
    manifest.members.push_back(describe_file(kDumpMember, dump.get()));
    const std::string manifest_text = write_manifest(manifest);

    const Archive tar(archive_write_new());
    archive_write_set_format_pax_restricted(tar.get());
    require(archive_write_open_fd(tar.get(), output.get()), tar);
    write_member(tar, kManifestMember, manifest_text);
    for (const SmallMember& member : members) write_member(tar, member.name, member.contents);
    begin_member(tar, kDumpMember, manifest.members.back().size);
    read_whole(dump.get(), [&](std::string_view block) { append(tar, block); });
    manifest.members.insert(manifest.members.begin(), describe(kManifestMember, manifest_text));
    write_member(tar, kChecksumsMember, checksums_of(manifest.members));
    require(archive_write_close(tar.get()), tar);
    if (::fsync(output.get()) != 0) throw_errno("fsync");
}

Manifest read_manifest_of(const std::filesystem::path& path) {
    const base::FileDescriptor file = base::open_file(path, O_RDONLY);
    Reader reader(path, file.get());
    if (reader.next() != kManifestMember) refuse(path, "its manifest is missing");
    return read_manifest(reader.read_small(kManifestMember));
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
    Reader reader(path_, file_.get());
    if (reader.next() != kManifestMember) refuse(path_, "its manifest is missing");
    const std::string text = reader.read_small(kManifestMember);
    manifest_ = read_manifest(text);
    for (const Member& expected : manifest_.members) {
        if (reader.next() != expected.name) refuse(path_, fmt::format("{} is missing", expected.name));
        if (reader.read(expected.name, &ignore_data) != expected)
            refuse(path_, fmt::format("{} was altered", expected.name));
    }
    std::vector<Member> all = manifest_.members;
    all.insert(all.begin(), describe(kManifestMember, text));
    if (reader.next() != kChecksumsMember || reader.read_small(kChecksumsMember) != checksums_of(all))
        refuse(path_, "its checksums are missing, or its manifest was altered");
    if (!reader.next().empty()) refuse(path_, "it has a member too many");
    if (manifest_.find_member(kDumpMember) == nullptr) refuse(path_, "the database is missing");
}

std::string BackupFile::read(std::string_view member) const {
    Reader reader(path_, file_.get());
    for (std::string name = reader.next(); !name.empty(); name = reader.next())
        if (name == member) return reader.read_small(name);
    return {};
}

void BackupFile::copy_dump(int output) const {
    Reader reader(path_, file_.get());
    bool is_wanted = true;
    for (std::string name = reader.next(); !name.empty(); name = reader.next()) {
        if (name != kDumpMember) continue;
        const Member copied = reader.read(name, [&](std::string_view block) {
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
