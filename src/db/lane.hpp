#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string_view>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

namespace wdx::db {

/// Where somebody who waits for the database leaves what is to be called when nobody wants the answer any more.
using LeaveSlot = std::function<void()>;

/// Fills a slot as long as it lives.
class ClientWatch {
  public:
    /// @param slot  may be null: nobody can leave
    ClientWatch(LeaveSlot* slot, LeaveSlot on_leave) : slot_(slot) {
        if (slot_ != nullptr) *slot_ = std::move(on_leave);
    }
    ClientWatch(const ClientWatch&) = delete;
    ClientWatch& operator=(const ClientWatch&) = delete;
    ~ClientWatch() {
        if (slot_ != nullptr) *slot_ = nullptr;
    }

  private:
    LeaveSlot* slot_;
};

/// For whom slow work is done.
struct Caller {
    std::int64_t owner = 0;      ///< whose share it counts against
    LeaveSlot* leave = nullptr;  ///< filled while the work waits or runs
};

struct LaneOptions {
    std::string_view name;                  ///< `reports`; in errors and metrics
    std::size_t places = 1;                 ///< how much runs at a time
    std::size_t queue = 1;                  ///< how much more may wait
    unsigned share = 100;                   ///< percent of both that one owner may have; at least one of each
    std::chrono::milliseconds patience{0};  ///< how long anything waits
};

struct LaneStatus {
    std::string_view name;
    std::size_t running = 0;
    std::size_t waiting = 0;
    bool is_full = false;       ///< what comes now is refused
    std::uint64_t refused = 0;  ///< since the start
};

/// Lets slow work of one class in: some of it runs, some waits, the rest is refused; and no owner has all of it.  In
/// the order in which it came, but for owners who have their share.  Belongs to the event loop's thread.
class Lane : public std::enable_shared_from_this<Lane> {
  public:
    /// A place among what runs; given up with the object.
    class Place {
      public:
        Place(std::shared_ptr<Lane> lane, std::int64_t owner) : lane_(std::move(lane)), owner_(owner) {}
        Place(Place&&) noexcept = default;
        Place& operator=(Place&&) = delete;
        Place(const Place&) = delete;
        Place& operator=(const Place&) = delete;
        ~Place() {
            if (lane_) lane_->leave(owner_);
        }

      private:
        std::shared_ptr<Lane> lane_;
        std::int64_t owner_;
    };

    Lane(boost::asio::any_io_executor executor, LaneOptions options);

    /// Takes a place, or waits for one.
    /// @throws DbError that `is_busy()`: the queue or the owner's share of it is full, or it took too long; one that
    ///         `is_unavailable()`: the client has left, or the program stops
    boost::asio::awaitable<Place> enter(Caller caller);

    /// Nothing gets in any more; what waits is refused.
    void close();

    [[nodiscard]] LaneStatus status() const;

  private:
    struct Waiter {
        std::int64_t owner;
        boost::asio::steady_timer wake;
        bool has_place = false;
        bool has_left = false;
    };
    struct Seat;

    [[nodiscard]] bool may_run(std::int64_t owner) const;
    [[nodiscard]] bool may_wait(std::int64_t owner) const;
    [[nodiscard]] std::size_t share_of(std::size_t all) const;
    void leave(std::int64_t owner) noexcept;
    void admit();

    boost::asio::any_io_executor executor_;
    LaneOptions options_;
    std::size_t running_ = 0;
    std::map<std::int64_t, std::size_t> running_of_;
    std::list<Waiter*> waiting_;
    std::uint64_t refused_ = 0;
    bool is_closed_ = false;
};

}  // namespace wdx::db
