#include "backup/tar.hpp"

#include "backup/error.hpp"
#include "base/file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <limits>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>

namespace wdx::backup {
namespace {

constexpr std::int64_t kRecord = 512;  ///< what everything in an archive is a multiple of
constexpr std::size_t kBlock = 64 * 1024;
constexpr std::int64_t kOctalSizes = std::int64_t{1} << 33;  ///< from here on a size does not fit as octal digits
constexpr char kBinaryMark = '\x80';                         ///< the first byte of a size that is not in digits
constexpr char kFile = '0';
constexpr std::string_view kMagic = "ustar";

/// POSIX, pax(1), "ustar Interchange Format".
struct Header {
    std::array<char, 100> name;
    std::array<char, 8> mode;
    std::array<char, 8> owner;
    std::array<char, 8> group;
    std::array<char, 12> size;
    std::array<char, 12> changed_at;
    std::array<char, 8> checksum;
    char type;
    std::array<char, 100> link;
    std::array<char, 6> magic;
    std::array<char, 2> version;
    std::array<char, 32> owner_name;
    std::array<char, 32> group_name;
    std::array<char, 16> device;
    std::array<char, 155> prefix;
    std::array<char, 12> unused;
};
static_assert(sizeof(Header) == kRecord);

std::string_view bytes_of(const Header& header) {
    return {reinterpret_cast<const char*>(&header), sizeof header};
}

template <std::size_t N>
void put(std::array<char, N>& field, std::string_view text) {
    std::ranges::copy(text, field.begin());
}

/// Digits, and a zero byte.
template <std::size_t N>
void put_octal(std::array<char, N>& field, std::int64_t number) {
    put(field, fmt::format("{:0{}o}", number, N - 1));
}

void put_size(std::array<char, 12>& field, std::int64_t size) {
    if (size < kOctalSizes) return put_octal(field, size);
    for (auto place = field.rbegin(); place != field.rend(); ++place, size >>= 8)
        *place = static_cast<char>(size & 0xFF);
    field.front() = kBinaryMark;
}

std::optional<std::int64_t> read_size(const std::array<char, 12>& field) {
    std::int64_t size = 0;
    if (field.front() != kBinaryMark) {
        const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), size, 8);
        const bool has_ended = end == field.data() + field.size() || *end == '\0' || *end == ' ';
        if (error != std::errc{} || !has_ended || size < 0) return std::nullopt;
        return size;
    }
    for (const char c : std::string_view(field.data() + 1, field.size() - 1)) {
        if (size > std::numeric_limits<std::int64_t>::max() >> 8) return std::nullopt;
        size = size << 8 | static_cast<unsigned char>(c);
    }
    return size;
}

/// The sum of its bytes, those of the sum itself taken as spaces.
std::string checksum_of(Header header) {
    header.checksum.fill(' ');
    unsigned sum = 0;
    for (const char c : bytes_of(header)) sum += static_cast<unsigned char>(c);
    return fmt::format("{:06o}", sum);
}

Header make_header(std::string_view name, std::int64_t size, std::int64_t changed_at) {
    Header header{};
    if (name.empty() || name.size() > header.name.size()) throw std::length_error("the name of a member of a backup");
    put(header.name, name);
    put_octal(header.mode, 0600);
    put_octal(header.owner, 0);
    put_octal(header.group, 0);
    put_size(header.size, size);
    put_octal(header.changed_at, changed_at);
    header.type = kFile;
    put(header.magic, kMagic);
    header.version.fill('0');
    put(header.checksum, checksum_of(header));
    header.checksum.back() = ' ';
    return header;
}

/// Whether it is one of a plain file, and as it was written.
bool is_sound(const Header& header) {
    return std::string_view(header.checksum.data(), header.checksum.size() - 2) == checksum_of(header) &&
           header.checksum[6] == '\0' && header.checksum[7] == ' ' && header.type == kFile &&
           std::string_view(header.magic.data(), kMagic.size()) == kMagic && header.name.front() != '\0' &&
           header.prefix.front() == '\0';
}

bool is_zero(std::string_view data) {
    return data.find_first_not_of('\0') == std::string_view::npos;
}

/// How many bytes follow so many, up to a whole record.
std::int64_t filling(std::int64_t size) {
    return (kRecord - size % kRecord) % kRecord;
}

}  // namespace

TarWriter::TarWriter(int file)
    : file_(file),
      made_at_(std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()).time_since_epoch().count()) {}

void TarWriter::begin(std::string_view name, std::int64_t size) {
    end_member();
    write(bytes_of(make_header(name, size, made_at_)));
    size_ = missing_ = size;
}

void TarWriter::append(std::string_view data) {
    if (static_cast<std::int64_t>(data.size()) > missing_) throw BackupError("A file grew while it was backed up.");
    write(data);
    missing_ -= static_cast<std::int64_t>(data.size());
}

void TarWriter::finish() {
    end_member();
    write(std::string(2 * kRecord, '\0'));
}

void TarWriter::write(std::string_view data) {
    base::write_all(file_, data, "Cannot write the backup");
}

void TarWriter::end_member() {
    if (missing_ != 0) throw BackupError("A file shrank while it was backed up.");
    write(std::string(static_cast<std::size_t>(filling(size_)), '\0'));
    size_ = 0;
}

std::string TarReader::next() {
    const std::int64_t end = contents_ + size_;
    const std::int64_t place = end + filling(size_);
    read_zeros(end, place);
    Header header{};
    if (read_at(place, reinterpret_cast<char*>(&header), sizeof header) < sizeof header) refuse(path_, "it is cut off");
    contents_ = place + kRecord;
    size_ = 0;
    if (is_zero(bytes_of(header))) {
        read_end();
        return {};
    }
    const std::optional<std::int64_t> size = is_sound(header) ? read_size(header.size) : std::nullopt;
    if (!size || *size > std::numeric_limits<std::int64_t>::max() - contents_ - kRecord)
        refuse(path_, "it is no tar archive, or was altered");
    size_ = *size;
    return {header.name.begin(), std::ranges::find(header.name, '\0')};
}

void TarReader::read(const std::function<void(std::string_view)>& sink) const {
    std::array<char, kBlock> block;
    for (std::int64_t done = 0; done < size_;) {
        const auto wanted = static_cast<std::size_t>(std::min<std::int64_t>(kBlock, size_ - done));
        if (read_at(contents_ + done, block.data(), wanted) < wanted) refuse(path_, "it is cut off");
        sink({block.data(), wanted});
        done += static_cast<std::int64_t>(wanted);
    }
}

/// @return less than wanted at the end of the file
std::size_t TarReader::read_at(std::int64_t offset, char* data, std::size_t size) const {
    std::size_t done = 0;
    while (done < size) {
        const ssize_t count = ::pread(file_, data + done, size - done, offset + static_cast<std::int64_t>(done));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) throw std::system_error(errno, std::generic_category(), path_.string());
        if (count == 0) break;
        done += static_cast<std::size_t>(count);
    }
    return done;
}

void TarReader::read_zeros(std::int64_t begin, std::int64_t end) const {
    std::array<char, kRecord> data{};
    const auto size = static_cast<std::size_t>(end - begin);
    if (read_at(begin, data.data(), size) < size) refuse(path_, "it is cut off");
    if (!is_zero({data.data(), size})) refuse(path_, "it was altered");
}

/// After the first record of zeros: one more, and whatever tar(1) has filled the file up with.
void TarReader::read_end() const {
    read_zeros(contents_, contents_ + kRecord);
    std::array<char, kRecord> data{};
    std::int64_t place = contents_ + kRecord;
    while (const std::size_t size = read_at(place, data.data(), data.size())) {
        if (!is_zero({data.data(), size})) refuse(path_, "something follows its end");
        place += static_cast<std::int64_t>(size);
    }
}

}  // namespace wdx::backup
