#pragma once

#include "base/offload.hpp"
#include "rest/error.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

namespace wdx::api {

/// Threads for password hashes, and whatever else computes for long, at a low priority, behind a bounded queue: a flood
/// of logins must not slow the requests of those who are in.  Belongs to the event loop's thread.
class HashPool {
  public:
    /// @param threads  how many hashes run at a time
    /// @param queue    how many may wait besides
    HashPool(std::size_t threads, std::size_t queue);
    ~HashPool();

    /// Runs `work` on a thread of the pool.
    /// @throws ApiError 503 when the queue is full
    template <typename Work>
    boost::asio::awaitable<std::invoke_result_t<Work>> run(Work work) {
        if (pending_ >= limit_) throw rest::unavailable(kRetryAfter);
        ++pending_;
        auto leave = [this](void*) { --pending_; };
        const std::unique_ptr<void, decltype(leave)> guard(this, leave);
        co_return co_await base::offload(pool_, std::move(work));
    }

    /// How many hashes are being computed or wait.
    [[nodiscard]] std::size_t pending() const noexcept { return pending_; }

  private:
    static constexpr std::chrono::seconds kRetryAfter{5};

    boost::asio::thread_pool pool_;
    std::size_t limit_;
    std::size_t pending_ = 0;
};

}  // namespace wdx::api
