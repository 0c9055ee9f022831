#include "app/dev/cluster.hpp"

#include "base/random.hpp"
#include "db/session.hpp"
#include "platform/processes.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <fcntl.h>
#include <functional>
#include <signal.h>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <vector>

#include <fmt/format.h>
#include <libpq-fe.h>
#include <spdlog/spdlog.h>

namespace wdx::app {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view kName = "watchdxg";         // of the superuser and of the database
constexpr std::string_view kScraperName = "postgres";  // whatever is set, watchdxg-core connects as that one, too
constexpr std::uint16_t kSocketOnlyPort = 5432;        // then it is only a part of the socket's name
constexpr const char* kVersionsRoot = "/usr/lib/postgresql";
constexpr auto kPatience = 60s;  // for a server that recovers after a kill -9, or shuts down

std::string environment_value(const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr ? value : "";
}

std::string first_line(const fs::path& file) {
    const std::string content = read_small_file(file);
    return content.substr(0, content.find('\n'));
}

std::optional<pid_t> process_in(const fs::path& pid_file) {
    const std::string line = first_line(pid_file);
    pid_t pid = 0;
    const auto [stop, error] = std::from_chars(line.data(), line.data() + line.size(), pid);
    if (error != std::errc{} || stop != line.data() + line.size() || pid <= 0) return std::nullopt;
    return pid;
}

bool wait_until(const std::function<bool()>& holds, std::chrono::milliseconds patience) {
    const auto end = std::chrono::steady_clock::now() + patience;
    while (!holds()) {
        if (std::chrono::steady_clock::now() >= end) return false;
        std::this_thread::sleep_for(10ms);
    }
    return true;
}

// A rename lasts once the folder is written out.
void sync_folder(const fs::path& folder) {
    const base::FileDescriptor file = base::open_file(folder, O_RDONLY | O_DIRECTORY);
    if (::fsync(file.get()) != 0) throw std::system_error(errno, std::generic_category(), folder.string());
}

/// Removes what a start that was killed has left.  Its initdb may not have noticed yet, and still makes and removes
/// files there; that passes.
void remove_draft(const fs::path& draft) {
    constexpr int kTries = 100;
    constexpr std::chrono::milliseconds kPause{50};
    std::error_code busy;
    for (int tries = 0; tries < kTries; ++tries) {
        fs::remove_all(draft, busy);
        if (!busy) return;
        std::this_thread::sleep_for(kPause);
    }
    throw fs::filesystem_error("cannot remove", draft, busy);
}

}  // namespace

DevCluster DevCluster::open(const fs::path& data_dir, std::optional<std::uint16_t> postgres_port) {
    DevCluster cluster(make_data_folder(data_dir), postgres_port);
    cluster.make_cluster();
    cluster.start_or_adopt();
    cluster.ensure_database();
    if (postgres_port) cluster.open_to_loopback();
    return cluster;
}

DevCluster::DevCluster(const fs::path& data_dir, std::optional<std::uint16_t> postgres_port)
    : data_dir_(data_dir),
      cluster_(data_dir / "postgres"),
      lock_(std::make_unique<FolderLock>(data_dir)),
      port_(postgres_port),
      user_(choose_cluster_user(cluster_)),
      programs_(find_server_programs(kVersionsRoot, environment_value("PATH"), first_line(cluster_ / "PG_VERSION"))) {
    if (const auto closed = first_closed_folder(user_, data_dir_)) {
        throw std::runtime_error(fmt::format(
            "PostgreSQL runs as the user {}, who may not enter {}: allow it (chmod o+x {}), or choose another data "
            "folder (WDX_DATA_DIR)",
            user_.name, closed->string(), closed->string()));
    }
}

DevCluster::~DevCluster() {
    if (!lock_) return;
    try {
        stop();
    } catch (const std::exception& e) {
        spdlog::error("the private PostgreSQL was not stopped: {}", e.what());
    }
    std::error_code ignored;  // it is not empty when the server was not stopped
    if (socket_.parent_path() != data_dir_) fs::remove(socket_, ignored);
}

void DevCluster::make_cluster() {
    if (!fs::exists(cluster_ / "PG_VERSION")) {
        spdlog::info("making a private PostgreSQL cluster in {}", cluster_.string());
        // Made under another name: what stands at its own name is whole, whenever initdb was cut off.
        const fs::path draft = cluster_.string() + ".new";
        remove_draft(draft);
        run_initdb(draft);
        fs::remove(cluster_);  // an empty folder may stand there; anything else is not ours to remove
        fs::rename(draft, cluster_);
        sync_folder(data_dir_);
    }
    identity_ = folder_identity(cluster_);
    socket_ = make_socket_folder(data_dir_, identity_, environment_value("XDG_RUNTIME_DIR"), user_);
}

void DevCluster::run_initdb(const fs::path& folder) {
    fs::create_directory(folder);
    if (user_.is_other && ::lchown(folder.c_str(), user_.uid, user_.gid) != 0) {
        throw std::system_error(errno, std::generic_category(), folder.string());
    }
    // On the unix socket the folder's mode is the guard: `peer` would refuse root when the cluster is postgres's.
    const int status =
        run("initdb", {"--pgdata=" + folder.string(), fmt::format("--username={}", kName), "--encoding=UTF8",
                       "--locale=C.UTF-8", "--auth-local=trust", "--auth-host=scram-sha-256", "--no-instructions"});
    if (status != 0) throw std::runtime_error("initdb failed: " + end_of_log());

    const base::FileDescriptor file = base::open_file(folder / "postgresql.conf", O_WRONLY | O_APPEND);
    constexpr std::string_view kInclude =
        "\n# Written by `watchdxg-back dev` at each start; yours go after it, or ALTER SYSTEM.\n"
        "include_if_exists 'watchdxg.conf'\n";
    if (::write(file.get(), kInclude.data(), kInclude.size()) != static_cast<ssize_t>(kInclude.size()) ||
        ::fsync(file.get()) != 0) {
        throw std::system_error(errno, std::generic_category(), "postgresql.conf");
    }
}

std::string DevCluster::settings() const {
    return fmt::format(
        "# Written by `watchdxg-back dev` when it starts the server.\n"
        "listen_addresses = '{}'\n"
        "port = {}\n"
        "unix_socket_directories = '{}'\n"
        "unix_socket_permissions = 0700\n"
        "shared_buffers = 32MB\n"
        "timezone = 'UTC'\n"
        "log_timezone = 'UTC'\n",
        port_ ? "127.0.0.1" : "", port_.value_or(kSocketOnlyPort), socket_.string());
}

void DevCluster::start_or_adopt() {
    const std::string wanted = settings();
    if (adopt(wanted)) return;
    clear_leftovers();
    replace_file(cluster_ / "watchdxg.conf", wanted, user_);
    start();
}

/// Takes over a server that runs already, if it is as we want it; stops it if not.
bool DevCluster::adopt(const std::string& wanted) {
    if (!server_process()) return false;
    if (read_small_file(cluster_ / "watchdxg.conf") != wanted) {
        spdlog::info("restarting the private PostgreSQL with other settings");
        stop();
        return false;
    }
    const std::string target = connection_string("postgres");
    PGPing answer = PQPING_NO_RESPONSE;
    wait_until(
        [&] {
            answer = PQping(target.c_str());
            return answer == PQPING_OK || !server_process();  // it may be on its way down
        },
        kPatience);
    if (answer == PQPING_OK) {
        spdlog::info("the private PostgreSQL is still running: taking it over");
        return true;
    }
    if (server_process()) stop();
    return false;
}

/// After a kill -9 of the server its children may live on for a moment, and its lock files stay.
void DevCluster::clear_leftovers() {
    if (!fs::exists(cluster_ / "postmaster.pid")) return;
    const auto gone = [&] { return platform::find_processes(user_.uid, identity_).empty(); };
    if (!wait_until(gone, 2s)) {
        // Without their server they can do nothing of use, and PostgreSQL does not start beside them.
        for (const pid_t pid : platform::find_processes(user_.uid, identity_)) ::kill(pid, SIGKILL);
        wait_until(gone, 5s);
    }
    clear_stale_locks();
}

/// PostgreSQL takes any living process with the number in its lock files for its own server, and would not start.
void DevCluster::clear_stale_locks() {
    const auto pid = process_in(cluster_ / "postmaster.pid");
    if (!pid || (::kill(*pid, 0) != 0 && errno == ESRCH)) return;  // then PostgreSQL itself sees that they are stale
    spdlog::warn("postmaster.pid names process {}, which is not our server: removing what was left behind", *pid);
    fs::remove(cluster_ / "postmaster.pid");
    std::vector<fs::path> sockets;
    for (const fs::directory_entry& entry : fs::directory_iterator(socket_)) sockets.push_back(entry.path());
    for (const fs::path& path : sockets) fs::remove(path);
}

void DevCluster::start() {
    // The mark tells its processes from all others, without the rights that /proc/<pid>/cwd asks for.
    const int status = run(
        "pg_ctl", {"start", "--wait", "--silent", fmt::format("--timeout={}", std::chrono::seconds(kPatience).count()),
                   "--options=--cluster_name=" + identity_});
    if (status != 0) throw std::runtime_error("the private PostgreSQL does not start: " + end_of_log());
}

void DevCluster::stop() {
    if (identity_.empty() || !server_process()) return;  // there is no cluster yet, or it does not run
    const int status = run("pg_ctl", {"stop", "--mode=fast", "--wait", "--silent",
                                      fmt::format("--timeout={}", std::chrono::seconds(kPatience).count())});
    if (status != 0 && server_process()) throw std::runtime_error("pg_ctl stop failed: " + end_of_log());
}

std::optional<pid_t> DevCluster::server_process() const {
    const auto pid = process_in(cluster_ / "postmaster.pid");
    if (!pid) return std::nullopt;
    const std::vector<pid_t> ours = platform::find_processes(user_.uid, identity_);
    return std::ranges::find(ours, *pid) != ours.end() ? pid : std::nullopt;
}

void DevCluster::ensure_database() {
    db::Session session = db::Session::connect(connection_string("postgres"), 10s);
    const db::Rows found = session.execute("SELECT FROM pg_database WHERE datname = $1", {kName});
    if (found.empty()) session.execute(fmt::format("CREATE DATABASE {}", kName));
}

void DevCluster::open_to_loopback() {
    const fs::path file = data_dir_ / "postgres-password";
    std::string password = first_line(file);
    if (password.empty()) {
        password = base::random_hex(16);
        replace_file(file, password + "\n", base::ProcessUser{});  // ours, not the cluster's
    }
    db::Session session = db::Session::connect(connection_string("postgres"), 10s);
    const std::unique_ptr<char, decltype(&PQfreemem)> verifier(
        PQencryptPasswordConn(session.raw(), password.c_str(), kName.data(), "scram-sha-256"), &PQfreemem);
    if (!verifier) throw std::runtime_error("no SCRAM verifier for the password of PostgreSQL");
    if (session.execute("SELECT FROM pg_roles WHERE rolname = $1", {kScraperName}).empty())
        session.execute(fmt::format("CREATE ROLE {} LOGIN IN ROLE {}", kScraperName, kName));
    // ALTER ROLE takes no parameters; a verifier holds base64, `$`, `:` and no quote.
    for (const std::string_view role : {kName, kScraperName})
        session.execute(fmt::format("ALTER ROLE {} PASSWORD '{}'", role, verifier.get()));
    loopback_ = {.port = *port_, .user = std::string(kName), .database = std::string(kName), .password = password};
}

std::string DevCluster::url() const {
    return connection_string(std::string(kName));
}

std::string DevCluster::connection_string(const std::string& database) const {
    return fmt::format("host={} port={} user={} dbname={}", socket_.string(), port_.value_or(kSocketOnlyPort), kName,
                       database);
}

int DevCluster::run(const std::string& program, const std::vector<std::string>& arguments) {
    const base::FileDescriptor log = base::open_file(data_dir_ / "postgres.log", O_WRONLY | O_CREAT | O_APPEND);
    std::vector<std::string> command{programs_ / program};
    command.insert(command.end(), arguments.begin(), arguments.end());
    // The folder goes by the environment and the log by the descriptor: pg_ctl hands its own arguments to a shell.
    return base::run_program(
        user_, {.command = command,
                .environment = {"PGDATA=" + cluster_.string(), "PATH=/usr/bin:/bin", "LANG=C.UTF-8", "LC_ALL=C.UTF-8"},
                .output = log.get()});
}

std::string DevCluster::end_of_log() const {
    constexpr std::size_t kShown = 500;
    const fs::path path = data_dir_ / "postgres.log";
    std::string content = read_small_file(path);
    content.erase(0, content.size() - std::min(content.size(), kShown));
    std::ranges::replace(content, '\n', ' ');
    return fmt::format("see {}, which ends: ...{}", path.string(), content);
}

}  // namespace wdx::app
