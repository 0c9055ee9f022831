#pragma once

#include <exception>
#include <utility>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace wdx::base {

/// Runs `work` on a thread of `pool` and goes on, with what it returned or threw, on the event loop of the caller.
/// For everything that would block the loop: hashing, files, libpq's connecting.
/// @param work  callable without parameters; what it returns must be default constructible
template <typename Work>
boost::asio::awaitable<std::invoke_result_t<Work>> offload(boost::asio::thread_pool& pool, Work work) {
    namespace asio = boost::asio;
    using Result = std::invoke_result_t<Work>;
    auto initiate = [&pool](auto handler, Work task) {
        auto executor = asio::get_associated_executor(handler);
        auto guard = asio::make_work_guard(executor);
        asio::post(
            pool, [handler = std::move(handler), guard = std::move(guard), executor, task = std::move(task)]() mutable {
                std::exception_ptr failure;
                Result result{};
                try {
                    result = task();
                } catch (...) {
                    failure = std::current_exception();
                }
                asio::post(executor, [handler = std::move(handler), failure = std::move(failure),
                                      result = std::move(result)]() mutable {
                    std::move(handler)(std::move(failure), std::move(result));
                });
            });
    };
    co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(std::exception_ptr, Result)>(
        initiate, asio::use_awaitable, std::move(work));
}

}  // namespace wdx::base
