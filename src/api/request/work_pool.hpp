#pragma once

#include "base/offload.hpp"
#include "rest/error.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

namespace wdx::api {

/// Threads for what computes for long, behind a bounded queue, so that the event loop never blocks.  There is one pool
/// for password hashes, for which somebody waits, and another of a low priority for everything else: no login waits for
/// a report.
/// Belongs to the event loop's thread.
class WorkPool {
  public:
    enum class Priority { normal, low };

    /// @param threads  how many pieces of work run at a time
    /// @param queue    how many more may wait
    WorkPool(std::size_t threads, std::size_t queue, Priority priority);
    ~WorkPool();

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

    /// The same for the next step of work that was begun before: it always gets a place.
    template <typename Work>
    boost::asio::awaitable<std::invoke_result_t<Work>> go_on(Work work) {
        return base::offload(pool_, std::move(work));
    }

    /// How many pieces of work run or wait.
    [[nodiscard]] std::size_t pending() const noexcept { return pending_; }

  private:
    static constexpr std::chrono::seconds kRetryAfter{5};

    boost::asio::thread_pool pool_;
    std::size_t limit_;
    std::size_t pending_ = 0;
};

}  // namespace wdx::api
