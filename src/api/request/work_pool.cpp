#include "api/request/work_pool.hpp"

#include <latch>
#include <sys/resource.h>
#include <unistd.h>

#include <boost/asio/post.hpp>

namespace wdx::api {
namespace {

/// The nice value: below requests, and not the lowest, which gets next to nothing beside other busy programs.
constexpr int kLowPriority = 10;

}  // namespace

WorkPool::WorkPool(std::size_t threads, std::size_t queue, Priority priority)
    : pool_(threads), limit_(threads + queue) {
    if (priority == Priority::normal) return;
    // Each thread lowers itself; the latch keeps one from doing it for the others.
    const auto everyone = std::make_shared<std::latch>(static_cast<std::ptrdiff_t>(threads));
    for (std::size_t i = 0; i < threads; ++i) {
        boost::asio::post(pool_, [everyone] {
            ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kLowPriority);
            everyone->arrive_and_wait();
        });
    }
}

WorkPool::~WorkPool() {
    pool_.stop();
    pool_.join();
}

}  // namespace wdx::api
