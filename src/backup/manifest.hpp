#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wdx::backup {

/// What a backup holds of the database.
enum class Scope {
    all,   ///< everything
    ours,  ///< our own tables, those of login, and the rows of classification and actions
};

std::string_view to_text(Scope scope) noexcept;
std::optional<Scope> parse_scope(std::string_view text) noexcept;

/// A table, and how many rows of it are in the backup.
struct TableRows {
    std::string schema;
    std::string name;
    std::int64_t rows = 0;
    bool operator==(const TableRows&) const = default;
};

/// A file in the backup.
struct Member {
    std::string name;
    std::int64_t size = 0;
    std::string sha256;  ///< in hexadecimal
    bool operator==(const Member&) const = default;
};

/// What is written at the beginning of a backup about the rest of it.
struct Manifest {
    static constexpr int kFormat = 1;  ///< what this build writes, and the newest that it reads

    std::string program_version;
    std::string made_at;  ///< ISO 8601, UTC
    Scope scope = Scope::all;
    std::string database;
    std::string server_version;
    int dump_version = 0;                   ///< major version of the pg_dump that made it
    std::string newest_migration;           ///< of ours that is applied; empty: none
    std::vector<std::string> roles;         ///< that own something, or have rights to it
    std::vector<std::string> core_objects;  ///< indexes, sequences and statistics of classification and actions
    std::vector<TableRows> tables;
    std::vector<Member> members;  ///< in their order, the manifest itself excepted

    [[nodiscard]] const Member* find_member(std::string_view name) const noexcept;
    bool operator==(const Manifest&) const = default;
};

/// JSON, indented, with a line end.
std::string write_manifest(const Manifest& manifest);

/// @throws BackupError  made by a newer program, or not what write_manifest makes
Manifest read_manifest(std::string_view text);

}  // namespace wdx::backup
