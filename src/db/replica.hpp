#pragma once

#include "base/periodic.hpp"
#include "db/pool.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

namespace wdx::db {

struct ReplicaOptions {
    PoolOptions pool;                      ///< of the standby; it gets one shared connection
    std::chrono::milliseconds max_lag{0};  ///< how long a read waits for the standby to have what the primary has
};

/// What a replica does at a moment.
struct ReplicaStatus {
    bool is_used = false;                ///< reads go to the standby first
    std::chrono::milliseconds lag{0};    ///< how long it took the standby to reach the primary, at most `max_lag`
    std::size_t running = 0;             ///< reads that the standby is at
    std::uint64_t reads_of_standby = 0;  ///< since the start
    std::uint64_t reads_of_primary = 0;  ///< those that would have gone to the standby, had it been usable
};

/// Chooses where reports and long lists are read: on a hot standby, once it has replayed what the primary had committed
/// when the read was asked for, so that nobody misses what they, or anybody, wrote before; else on the primary.  A read
/// that fails on the standby is done again on the primary.  Belongs to the event loop's thread.
class Replica {
  public:
    using Reading = std::function<boost::asio::awaitable<void>(Pool& pool)>;

    /// @param options  nullopt: there is no standby, and the primary reads all
    Replica(boost::asio::any_io_executor executor, boost::asio::thread_pool& workers,
            boost::asio::thread_pool& cancellers, Pool& primary, std::optional<ReplicaOptions> options);

    /// Starts connecting.
    void start();
    /// Looks at the standby about once a second until `stop`; it is not read from before.
    boost::asio::awaitable<void> run();
    /// No report and no stream begins any more; those that wait are refused.
    void drain();
    void stop();

    /// Reads on the database that is chosen: on the standby, and on the primary if that fails in a way in which the
    /// primary may not.
    /// @param reading  reads, and changes nothing; called once or twice
    /// @throws what the last call of `reading` throws
    boost::asio::awaitable<void> read(Reading reading);

    /// As `Pool`'s.
    void forget_prepared();
    /// As `Pool`'s.
    void check_stalled();

    /// nullopt when there is no standby.
    [[nodiscard]] std::optional<ReplicaStatus> status() const;

  private:
    boost::asio::awaitable<bool> read_on_standby(Reading reading);
    boost::asio::awaitable<std::chrono::milliseconds> look();
    boost::asio::awaitable<std::string> judge();
    boost::asio::awaitable<std::string> ask_position();
    boost::asio::awaitable<bool> has_replayed(std::string position);
    void note(const std::string& why);

    boost::asio::any_io_executor executor_;
    Pool& primary_;
    std::optional<Pool> standby_;
    std::chrono::milliseconds max_lag_{0};
    std::chrono::milliseconds statement_timeout_{0};
    std::string identity_;  ///< of the standby, at the last look
    base::Periodic looking_;
    std::optional<std::string> why_not_;  ///< the standby is not used; empty: it is.  nullopt: not known yet
    ReplicaStatus status_;
};

}  // namespace wdx::db
