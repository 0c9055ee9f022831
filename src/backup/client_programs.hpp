#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

/// PostgreSQL's own client programs, which dump and restore.  Everything here blocks.
namespace wdx::backup {

/// An installed set of pg_dump, pg_restore and psql.
struct ClientPrograms {
    std::filesystem::path folder;
    int major_version = 0;  ///< 15
};

/// The newest ones: of the folders that Debian keeps for each version, else those on the search path.
/// @param versions_root  Debian: /usr/lib/postgresql
/// @param search_path    $PATH
/// @throws BackupError  there are none; the text names Debian's package
ClientPrograms find_client_programs(const std::filesystem::path& versions_root, std::string_view search_path);

/// Those of this machine: as find_client_programs, where Debian has them and on $PATH.  To be called while there is one
/// thread.
ClientPrograms installed_client_programs();

/// @param what  for the message: `The server`, `This backup`
/// @throws BackupError  they are older than `major_version`, which they then cannot read; the text names the package
void require_version(const ClientPrograms& programs, int major_version, std::string_view what);

/// How client programs reach a database.
struct Target {
    std::string connection_string;         ///< without its password: everybody on this machine sees a command line
    std::vector<std::string> environment;  ///< all of it, with PGPASSWORD where there is a password
};

/// @param url  a connection string that libpq understands
Target make_target(const std::string& url);

/// The same connection string, with another database.
std::string with_database(const std::string& url, std::string_view database);

/// Descriptors of a program; -1: nothing is read, or written.
struct Streams {
    int input = -1;
    int output = -1;
};

/// Runs one of the programs to its end.
/// @throws BackupError  with what it said, when it fails
void run_client(const ClientPrograms& programs, std::string_view name, const std::vector<std::string>& arguments,
                const std::vector<std::string>& environment, Streams streams);

}  // namespace wdx::backup
