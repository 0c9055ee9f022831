#include "app/readiness.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace wdx::app {

namespace asio = boost::asio;

void Readiness::begin_check() {
    if (state_ == State::connecting) state_ = State::checking;
}

void Readiness::open() {
    if (state_ != State::checking) return;
    state_ = State::open;
    database_problem_.clear();
}

void Readiness::postpone(const std::string& why) {
    if (state_ != State::checking) return;
    state_ = State::connecting;
    database_problem_ = why;
}

void Readiness::database_is_up() {
    database_ = Database::up;
    database_problem_.clear();
    first_attempt_.cancel();
}

void Readiness::database_is_down(const std::string& why) {
    database_ = Database::down;
    database_problem_ = why;
    first_attempt_.cancel();
}

asio::awaitable<void> Readiness::wait_for_first_attempt(std::chrono::milliseconds patience) {
    if (is_first_attempt_over()) co_return;
    first_attempt_.expires_after(patience);
    boost::system::error_code cancelled;
    co_await first_attempt_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
}

std::vector<std::string> Readiness::problems(const Facts& facts) const {
    std::vector<std::string> found;
    if (!facts.database_up || (!is_open() && !database_problem_.empty()))
        found.push_back("database: " + (database_problem_.empty() ? "not connected yet" : database_problem_));
    if (!is_open()) found.emplace_back("migrations: not checked yet");
    if (is_open() && !facts.schema_known) found.emplace_back("core schema: not read yet");
    if (!facts.schema_problem.empty()) found.push_back("core schema: " + facts.schema_problem);
    return found;
}

}  // namespace wdx::app
