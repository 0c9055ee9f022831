#include "api/request/work_pool.hpp"

#include "platform/threads.hpp"

#include <latch>

#include <boost/asio/post.hpp>

namespace wdx::api {
WorkPool::WorkPool(std::size_t threads, std::size_t queue, Priority priority)
    : pool_(threads), limit_(threads + queue) {
    if (priority == Priority::normal) return;
    // Each thread lowers itself; the latch keeps one from doing it for the others.
    const auto everyone = std::make_shared<std::latch>(static_cast<std::ptrdiff_t>(threads));
    for (std::size_t i = 0; i < threads; ++i) {
        boost::asio::post(pool_, [everyone] {
            platform::give_way();
            everyone->arrive_and_wait();
        });
    }
}

WorkPool::~WorkPool() {
    pool_.stop();
    pool_.join();
}

}  // namespace wdx::api
