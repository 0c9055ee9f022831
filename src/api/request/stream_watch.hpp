#pragma once

#include "api/request/bearer.hpp"
#include "base/periodic.hpp"
#include "store/login/tokens.hpp"

#include <chrono>
#include <functional>
#include <list>
#include <memory>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace wdx::api {

/// Looks after answers that last: ends those that have become too old, and those whose token is no longer valid,
/// because its session was ended, its operator is gone or inactive, or the password was changed.  One statement every
/// few seconds for all of them.  Belongs to the event loop's thread.
class StreamWatch {
  public:
    using Clock = std::chrono::steady_clock;
    static constexpr std::chrono::seconds kInterval{3};  ///< between two looks at the tokens

    struct Entry {
        Bearer bearer;
        Clock::time_point deadline;
        std::function<void()> end;
    };

    /// An answer that is looked after as long as this lives.
    class Ticket {
      public:
        Ticket(std::shared_ptr<std::list<Entry>> all, Entry entry)
            : all_(std::move(all)), place_(all_->insert(all_->end(), std::move(entry))) {}
        Ticket(const Ticket&) = delete;
        Ticket& operator=(const Ticket&) = delete;
        ~Ticket() { all_->erase(place_); }

      private:
        std::shared_ptr<std::list<Entry>> all_;  // shared, because the event loop may destroy answers after the watch
        std::list<Entry>::iterator place_;
    };

    StreamWatch(const boost::asio::any_io_executor& executor, store::TokenStore& tokens);

    /// @param deadline  when it is too old; Clock::time_point::max(): never
    /// @param end       is called once or more; does not destroy the ticket at once
    [[nodiscard]] std::unique_ptr<Ticket> add(Bearer bearer, Clock::time_point deadline, std::function<void()> end);

    /// Looks until `stop`.  Does not throw.
    boost::asio::awaitable<void> run() { return looking_.run(); }
    void stop() { looking_.stop(); }

  private:
    boost::asio::awaitable<std::chrono::milliseconds> look();
    boost::asio::awaitable<void> check_access();

    store::TokenStore& tokens_;
    std::shared_ptr<std::list<Entry>> entries_ = std::make_shared<std::list<Entry>>();
    Clock::time_point checked_at_ = Clock::now();
    base::Periodic looking_;
};

}  // namespace wdx::api
