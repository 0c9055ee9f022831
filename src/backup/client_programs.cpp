#include "backup/client_programs.hpp"

#include "backup/error.hpp"
#include "base/child_process.hpp"
#include "base/file.hpp"
#include "base/safe_text.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>
#include <libpq-fe.h>

extern char** environ;  // NOLINT(readability-redundant-declaration): POSIX, but not every <unistd.h> has it

namespace wdx::backup {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kVersionsRoot = "/usr/lib/postgresql";  ///< Debian's
constexpr std::array kPrograms{"pg_dump", "pg_restore", "psql"};
constexpr std::size_t kErrorsShown = 2000;  ///< bytes

struct CloseFile {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};
using TemporaryFile = std::unique_ptr<std::FILE, CloseFile>;

TemporaryFile temporary_file() {
    TemporaryFile file(std::tmpfile());
    if (!file) throw std::system_error(errno, std::generic_category(), "A temporary file cannot be made");
    return file;
}

std::string beginning(std::FILE* file) {
    std::string text(kErrorsShown, '\0');
    std::rewind(file);
    text.resize(std::fread(text.data(), 1, text.size(), file));
    text.erase(text.find_last_not_of(" \n") + 1);
    return text;
}

bool has_programs(const fs::path& folder) {
    return std::ranges::all_of(kPrograms,
                               [&](const char* name) { return ::access((folder / name).c_str(), X_OK) == 0; });
}

/// `pg_dump (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)`
int read_major_version(const fs::path& folder) {
    const TemporaryFile output = temporary_file();
    const int status = base::run_program(
        base::ProcessUser::self(), {.command = {folder / "pg_dump", "--version"}, .output = ::fileno(output.get())});
    const std::string text = beginning(output.get());
    constexpr std::string_view kMark = "(PostgreSQL) ";
    const std::size_t mark = text.find(kMark);
    int version = 0;
    if (status == 0 && mark != std::string::npos)
        std::from_chars(text.data() + mark + kMark.size(), text.data() + text.size(), version);
    return version;
}

std::vector<fs::path> list_folders(const fs::path& versions_root, std::string_view search_path) {
    std::vector<fs::path> folders;
    std::error_code ignored;  // no such folder: no versions
    for (const fs::directory_entry& entry : fs::directory_iterator(versions_root, ignored))
        folders.push_back(entry.path() / "bin");
    while (!search_path.empty()) {
        const std::size_t colon = std::min(search_path.find(':'), search_path.size());
        folders.emplace_back(search_path.substr(0, colon));
        search_path.remove_prefix(std::min(colon + 1, search_path.size()));
    }
    return folders;
}

std::string quote(std::string_view value) {
    std::string quoted = "'";
    for (const char c : value) {
        if (c == '\'' || c == '\\') quoted += '\\';
        quoted += c;
    }
    return quoted + "'";
}

void for_each_parameter(const std::string& url,
                        const std::function<void(std::string_view keyword, std::string_view value)>& visit) {
    const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(PQconninfoParse(url.c_str(), nullptr),
                                                                               &PQconninfoFree);
    if (!options) throw BackupError("That is no connection string that libpq understands.");
    for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option)
        if (option->val != nullptr) visit(option->keyword, option->val);
}

/// What the programs inherit: what libpq reads, but none of our own settings, some of which are secret.
std::vector<std::string> inherited_environment() {
    std::vector<std::string> variables;
    for (char** variable = environ; *variable != nullptr; ++variable) {
        const std::string_view text = *variable;
        if (!text.starts_with("WDX_") && !text.starts_with("DATABASE_URL=") && !text.starts_with("LC_ALL="))
            variables.emplace_back(text);
    }
    variables.emplace_back("LC_ALL=C.UTF-8");  // their messages are shown among ours
    return variables;
}

}  // namespace

ClientPrograms find_client_programs(const fs::path& versions_root, std::string_view search_path) {
    ClientPrograms newest;
    for (const fs::path& folder : list_folders(versions_root, search_path)) {
        if (!folder.is_absolute() || !has_programs(folder)) continue;
        const int version = read_major_version(folder);
        if (version > newest.major_version) newest = {folder, version};
    }
    if (newest.major_version == 0)
        throw BackupError(
            "PostgreSQL's client programs (pg_dump, pg_restore, psql) are not installed: install a package "
            "postgresql-client.");
    return newest;
}

void require_version(const ClientPrograms& programs, int major_version, std::string_view what) {
    if (programs.major_version >= major_version) return;
    throw BackupError(
        fmt::format("{0} is of PostgreSQL {1}, which the client programs in {2}, of PostgreSQL {3}, cannot read: "
                    "install the package postgresql-client-{1}.",
                    what, major_version, programs.folder.string(), programs.major_version));
}

ClientPrograms installed_client_programs() {
    const char* const search_path = std::getenv("PATH");
    return find_client_programs(kVersionsRoot, search_path == nullptr ? "" : search_path);
}

Target make_target(const std::string& url) {
    Target target{{}, inherited_environment()};
    for_each_parameter(url, [&](std::string_view keyword, std::string_view value) {
        if (keyword == "sslpassword")
            throw BackupError(
                "An sslpassword in the URL would be seen by everybody on this machine: put it, with the "
                "rest, into a service file (service=NAME).");
        if (keyword == "password") {
            std::erase_if(target.environment, [](const std::string& one) { return one.starts_with("PGPASSWORD="); });
            target.environment.push_back(fmt::format("PGPASSWORD={}", value));
        } else {
            target.connection_string += fmt::format("{}={} ", keyword, quote(value));
        }
    });
    return target;
}

std::string with_database(const std::string& url, std::string_view database) {
    std::string connection_string;
    for_each_parameter(url, [&](std::string_view keyword, std::string_view value) {
        if (keyword != "dbname") connection_string += fmt::format("{}={} ", keyword, quote(value));
    });
    return connection_string + "dbname=" + quote(database);
}

void run_client(const ClientPrograms& programs, std::string_view name, const std::vector<std::string>& arguments,
                const std::vector<std::string>& environment, Streams streams) {
    const TemporaryFile errors = temporary_file();
    std::vector<std::string> command{programs.folder / name};
    command.insert(command.end(), arguments.begin(), arguments.end());
    const int status = base::run_program(base::ProcessUser::self(), {.command = std::move(command),
                                                                     .environment = environment,
                                                                     .input = streams.input,
                                                                     .output = streams.output,
                                                                     .errors = ::fileno(errors.get())});
    if (status == 0) return;
    std::string said = beginning(errors.get());
    std::ranges::replace(said, '\n', ' ');
    throw BackupError(fmt::format("{} failed (exit {}): {}", name, status, base::safe_text(said, kErrorsShown)));
}

}  // namespace wdx::backup
