#include "api/hash_pool.hpp"

#include <latch>
#include <sys/resource.h>
#include <unistd.h>

#include <boost/asio/post.hpp>

namespace wdx::api {
namespace {

/// Below requests, so that a flood of logins does not slow them; not the lowest, for with both processors taken by
/// other programs a login would then take half a minute.
constexpr int kLowPriority = 10;

}  // namespace

HashPool::HashPool(std::size_t threads, std::size_t queue) : pool_(threads), limit_(threads + queue) {
    // Each thread lowers itself; the latch keeps one from doing it for the others.
    const auto everyone = std::make_shared<std::latch>(static_cast<std::ptrdiff_t>(threads));
    for (std::size_t i = 0; i < threads; ++i) {
        boost::asio::post(pool_, [everyone] {
            ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kLowPriority);
            everyone->arrive_and_wait();
        });
    }
}

HashPool::~HashPool() {
    pool_.stop();
    pool_.join();
}

}  // namespace wdx::api
