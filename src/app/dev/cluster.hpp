#pragma once

#include "app/dev/cluster_user.hpp"
#include "app/dev/folder.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <sys/types.h>

namespace wdx::app {

/// How other programs on this machine connect to the private PostgreSQL: `user`, who owns everything, or `postgres`,
/// who may do what that role may do, and whom watchdxg-core knows.  Both have the password.
struct LoopbackAccess {
    std::uint16_t port;
    std::string user;
    std::string database;
    std::string password;
};

/// The private PostgreSQL of `watchdxg-back dev`: a cluster in the data folder, started with the program and stopped
/// with it.  Everything here blocks; it is used before the event loop starts and after it has ended.
///
/// In the data folder: `postgres/` (the cluster), `socket/` (mode 0700: it alone decides who may connect without a
/// password), `postgres.log`, `postgres-password` (mode 0600, only with a port), `dev.lock`.
///
/// It heals: an initdb that was cut off is done again; a server left running by a program that was killed is taken
/// over; processes and lock files left by a server that was killed are cleared away.  fsync stays on.
class DevCluster {
  public:
    /// Makes the cluster if there is none and starts it if it is not running.  When the program runs as root, the
    /// cluster belongs to and runs as another user (see choose_cluster_user).
    /// @param postgres_port  listen on 127.0.0.1 at this port too, with a password; nullopt: unix socket only
    /// @throws std::exception  with a sentence for the operator: the folder is in use by another `dev` (names its
    ///     process), no PostgreSQL is installed, the cluster's user may not enter a folder, the server does not start
    static DevCluster open(const std::filesystem::path& data_dir, std::optional<std::uint16_t> postgres_port);

    DevCluster(DevCluster&&) noexcept = default;
    DevCluster& operator=(DevCluster&&) = delete;
    /// Stops the server as `stop` does; a failure is logged.
    ~DevCluster();

    /// Ends all connections (PostgreSQL's fast shutdown) and waits until the server is gone.  It is not an error if it
    /// is gone already.
    /// @throws std::runtime_error when it does not end
    void stop();

    /// libpq connection string of the database, through the unix socket.
    [[nodiscard]] std::string url() const;

    /// How others on this machine get in, such as the scraper; nullopt without a port.
    [[nodiscard]] const std::optional<LoopbackAccess>& loopback() const noexcept { return loopback_; }

  private:
    DevCluster(const std::filesystem::path& data_dir, std::optional<std::uint16_t> postgres_port);

    void make_cluster();
    void start_or_adopt();
    void start();
    void ensure_database();
    void open_to_loopback();

    void run_initdb(const std::filesystem::path& folder);
    bool adopt(const std::string& settings);
    void clear_leftovers();
    void clear_stale_locks();
    [[nodiscard]] std::string settings() const;
    [[nodiscard]] std::optional<pid_t> server_process() const;
    [[nodiscard]] std::string connection_string(const std::string& database) const;
    int run(const std::string& program, const std::vector<std::string>& arguments);
    [[nodiscard]] std::string end_of_log() const;

    std::filesystem::path data_dir_;
    std::filesystem::path cluster_;
    std::unique_ptr<FolderLock> lock_;  ///< null once moved from: then there is nothing to stop
    std::optional<std::uint16_t> port_;
    base::ProcessUser user_;
    std::filesystem::path programs_;
    std::string identity_;  ///< in the command line of each of the cluster's processes
    std::filesystem::path socket_;
    std::optional<LoopbackAccess> loopback_;
};

}  // namespace wdx::app
