#include "backup/copy.hpp"

#include "backup/database.hpp"
#include "backup/error.hpp"
#include "base/file.hpp"
#include "platform/descriptors.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <functional>
#include <future>
#include <sstream>
#include <system_error>
#include <unistd.h>
#include <vector>

#include <fmt/format.h>

namespace wdx::backup {
namespace {

/// How long a restore waits for others to let go of a table; the dump itself then waits without end.
constexpr std::string_view kBegin =
    "BEGIN READ WRITE;\nSET LOCAL lock_timeout = '10s';\nSET LOCAL client_min_messages = warning;\n";
constexpr std::string_view kCommit = "\nCOMMIT;\n";

constexpr std::size_t kBlock = 64 * 1024;

struct Pipe {
    base::FileDescriptor read_end;
    base::FileDescriptor write_end;

    Pipe() {
        const std::array<int, 2> ends = platform::make_pipe();
        if (ends[0] < 0) throw std::system_error(errno, std::generic_category(), "pipe");
        read_end = base::FileDescriptor(ends[0]);
        write_end = base::FileDescriptor(ends[1]);
    }
};

/// Runs on a thread of its own.
std::future<void> begin(std::function<void()> task) {
    return std::async(std::launch::async, std::move(task));
}

/// A file with a name that other programs can read, gone at the end.
class NamedFile {
  public:
    explicit NamedFile(std::string_view contents)
        : path_((std::filesystem::temp_directory_path() / "watchdxg-back-XXXXXX").string()) {
        const base::FileDescriptor file(::mkostemp(path_.data(), O_CLOEXEC));
        if (file.get() < 0) throw std::system_error(errno, std::generic_category(), path_);
        base::write_all(file.get(), contents, path_);
    }
    NamedFile(const NamedFile&) = delete;
    NamedFile& operator=(const NamedFile&) = delete;
    ~NamedFile() { ::unlink(path_.c_str()); }
    [[nodiscard]] const std::string& path() const noexcept { return path_; }

  private:
    std::string path_;
};

/// pg_restore reading the dump from a pipe, what it prints going into `output`.
void run_restore(const ClientPrograms& programs, const Target& target, const BackupFile& file,
                 const std::vector<std::string>& arguments, int output) {
    Pipe dump;
    std::future<void> feeding = begin([&] {
        const base::FileDescriptor end = std::move(dump.write_end);
        file.copy_dump(end.get());
    });
    try {
        run_client(programs, "pg_restore", arguments, target.environment,
                   {.input = dump.read_end.get(), .output = output});
    } catch (...) {
        dump.read_end.close();
        feeding.wait();
        throw;
    }
    dump.read_end.close();
    feeding.get();
}

std::string read_all(int file) {
    std::string text;
    std::array<char, kBlock> block{};
    for (;;) {
        const ssize_t size = ::read(file, block.data(), block.size());
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) throw std::system_error(errno, std::generic_category(), "read");
        if (size == 0) return text;
        text.append(block.data(), static_cast<std::size_t>(size));
    }
}

std::string list_entries(const ClientPrograms& programs, const Target& target, const BackupFile& file) {
    Pipe list;
    std::future<std::string> reading = std::async(std::launch::async, [&] { return read_all(list.read_end.get()); });
    try {
        run_restore(programs, target, file, {"--list"}, list.write_end.get());
    } catch (...) {
        list.write_end.close();
        reading.wait();
        throw;
    }
    list.write_end.close();
    return reading.get();
}

std::string wanted_entries(const std::string& list, const RestoreOptions& options) {
    std::istringstream lines(list);
    std::string wanted;
    for (std::string line; std::getline(lines, line);)
        if (is_restored(line, options)) wanted += line + "\n";
    return wanted;
}

/// Passes the script on to psql.  @return false when psql has stopped reading
bool pass_on(int from, int to) {
    std::array<char, kBlock> block{};
    for (;;) {
        const ssize_t size = ::read(from, block.data(), block.size());
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) throw std::system_error(errno, std::generic_category(), "read");
        if (size == 0) return true;
        try {
            base::write_all(to, {block.data(), static_cast<std::size_t>(size)}, "psql");
        } catch (const std::system_error& error) {
            if (error.code() != std::errc::broken_pipe) throw;
            return false;
        }
    }
}

/// Runs what `make_script` prints, in one transaction.  psql sees COMMIT only when all of the script has come: whatever
/// else ends the input, also the death of this process, ends it before.
void run_script(const ClientPrograms& programs, const Target& target, const RestoreOptions& options,
                const std::function<void(int output)>& make_script) {
    Pipe script;
    Pipe statements;
    std::future<void> psql = begin([&] {
        const base::FileDescriptor end = std::move(statements.read_end);
        // CONTEXT, and DETAIL too, may hold a whole row: what a trial says goes into the log and into alerts.
        const std::string verbosity = options.is_trial ? "--set=VERBOSITY=terse" : "--set=SHOW_CONTEXT=never";
        run_client(programs, "psql",
                   {"--no-psqlrc", "--quiet", "--no-password", "--set=ON_ERROR_STOP=1", verbosity,
                    "--dbname=" + target.connection_string},
                   target.environment, {.input = end.get(), .output = -1});
    });
    std::future<void> making = begin([&] {
        const base::FileDescriptor end = std::move(script.write_end);
        make_script(end.get());
    });
    bool is_read = false;
    std::exception_ptr fault;
    try {
        base::write_all(statements.write_end.get(), std::string(kBegin) + options.before, "psql");
        is_read = pass_on(script.read_end.get(), statements.write_end.get());
    } catch (...) {
        fault = std::current_exception();
    }
    script.read_end.close();  // of a script that nobody reads any more
    making.wait();
    if (is_read) {
        try {
            making.get();
            base::write_all(statements.write_end.get(), kCommit, "psql");
        } catch (...) {
            fault = std::current_exception();
        }
    }
    statements.write_end.close();
    psql.get();  // what PostgreSQL complains of is said before what followed from it
    if (fault) std::rethrow_exception(fault);
    if (!is_read) throw BackupError("psql stopped before the end.");
}

std::vector<std::string> restore_arguments(const RestoreOptions& options) {
    std::vector<std::string> arguments{"--file=-"};
    if (options.replaces && !options.keeps_core) arguments.insert(arguments.end(), {"--clean", "--if-exists"});
    if (!options.keeps_owners) arguments.insert(arguments.end(), {"--no-owner", "--no-privileges"});
    return arguments;
}

}  // namespace

void dump_database(const ClientPrograms& programs, const Target& target, Scope scope, const std::string& snapshot,
                   int output) {
    std::vector<std::string> arguments{"--format=custom",
                                       "--no-password",
                                       "--no-publications",
                                       "--no-subscriptions",
                                       "--no-blobs",
                                       fmt::format("--lock-wait-timeout={}s", kLockTimeout.count()),
                                       "--snapshot=" + snapshot,
                                       "--dbname=" + target.connection_string};
    if (scope == Scope::ours)
        for (const char* pattern :
             {"watchdxg_*", "auth_*", "django_*", "token_blacklist_*", "classification", "actions"})
            arguments.push_back(fmt::format("--table={}", pattern));
    run_client(programs, "pg_dump", arguments, target.environment, {.input = -1, .output = output});
}

bool is_restored(std::string_view entry, const RestoreOptions& options) {
    // `3412; 0 16417 TABLE DATA public classification postgres`
    if (entry.empty() || entry.starts_with(';')) return false;
    std::istringstream words{std::string(entry)};
    std::vector<std::string> tokens;
    for (std::string word; words >> word;) tokens.push_back(word);
    const bool is_core = std::ranges::any_of(tokens, [&](const std::string& token) {
        return token == "classification" || token == "actions" ||
               std::ranges::find(options.core_objects, token) != options.core_objects.end();
    });
    if (!is_core || tokens.size() < 5) return true;
    if (options.is_trial) return tokens[3] != "FK";
    return (tokens[3] == "TABLE" && tokens[4] == "DATA") || (tokens[3] == "SEQUENCE" && tokens[4] == "SET");
}

void restore_database(const ClientPrograms& programs, const Target& target, const BackupFile& file,
                      const RestoreOptions& options) {
    std::vector<std::string> arguments = restore_arguments(options);
    std::optional<NamedFile> list;
    if (options.keeps_core || options.is_trial) {
        list.emplace(wanted_entries(list_entries(programs, target, file), options));
        arguments.push_back("--use-list=" + list->path());
    }
    run_script(programs, target, options, [&](int output) { run_restore(programs, target, file, arguments, output); });
}

}  // namespace wdx::backup
