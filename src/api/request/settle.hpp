#pragma once

#include "api/request/context.hpp"
#include "db/error.hpp"

#include <chrono>
#include <optional>
#include <utility>

#include <boost/asio/awaitable.hpp>

namespace wdx::api {

/// The wait of a write whose connection broke after it had been sent: it may or may not have been committed.
class UnknownOutcome {
  public:
    explicit UnknownOutcome(Context& context) : context_(context) {}

    /// Waits a moment, so that the write can be tried again.
    /// @param failure  outlives the wait
    /// @throws DbError  `failure`, when its outcome is known, the patience is over, or the program stops
    boost::asio::awaitable<void> wait(const db::DbError& failure);
    /// A try has ended that way: the next one may find that it was committed.
    [[nodiscard]] bool has_begun() const noexcept { return deadline_.has_value(); }

  private:
    Context& context_;
    std::optional<std::chrono::steady_clock::time_point> deadline_;
};

/// What a write returned, and whether an earlier try of it may have been committed.
template <typename Result>
struct Settled {
    Result result;
    bool repeated = false;
};

/// Runs a write until its outcome is known, so that a 2xx means committed and everything else that nothing has changed.
/// A write that is repeated must do nothing the second time, and its caller must recognise that.
/// @param write  () -> awaitable<Result>; not itself a coroutine
/// @throws DbError, also what `write` throws
template <typename Write>
auto settle(Context& context, Write write)
    -> boost::asio::awaitable<Settled<typename std::invoke_result_t<Write>::value_type>> {
    UnknownOutcome outcome(context);
    while (true) {
        std::optional<db::DbError> failure;
        try {
            auto result = co_await write();
            co_return Settled<decltype(result)>{std::move(result), outcome.has_begun()};
        } catch (const db::DbError& error) {
            failure = error;
        }
        co_await outcome.wait(*failure);
    }
}

}  // namespace wdx::api
