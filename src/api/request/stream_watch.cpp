#include "api/request/stream_watch.hpp"

#include <map>

#include <spdlog/spdlog.h>

namespace wdx::api {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr auto kTick = 1s;  ///< how exactly the greatest age is kept

store::TokenStore::Owner owner_of(const Bearer& bearer) {
    return {bearer.user_id.value_or(0), bearer.jti};
}

bool is_refused(const store::Access& access, const Bearer& bearer) {
    return !access.exists || !access.is_active || access.session_ended ||
           store::is_cut_off(bearer.issued_at, access.not_before);
}

}  // namespace

StreamWatch::StreamWatch(const asio::any_io_executor& executor, store::TokenStore& tokens)
    : tokens_(tokens), looking_(executor, [this] { return look(); }) {}

std::unique_ptr<StreamWatch::Ticket> StreamWatch::add(Bearer bearer, Clock::time_point deadline,
                                                      std::function<void()> end) {
    return std::make_unique<Ticket>(entries_,
                                    Entry{.bearer = std::move(bearer), .deadline = deadline, .end = std::move(end)});
}

asio::awaitable<std::chrono::milliseconds> StreamWatch::look() {
    const auto now = Clock::now();
    for (const Entry& entry : *entries_)
        if (now >= entry.deadline) entry.end();
    if (entries_->empty() || now < checked_at_ + kInterval) co_return kTick;
    try {
        co_await check_access();
    } catch (const std::exception& error) {
        // They go on while the database is away.
        spdlog::debug("streams: cannot check tokens: {}", error.what());
    }
    checked_at_ = Clock::now();
    co_return kTick;
}

asio::awaitable<void> StreamWatch::check_access() {
    std::map<store::TokenStore::Owner, store::Access> owners;
    for (const Entry& entry : *entries_) owners.try_emplace(owner_of(entry.bearer));
    co_await tokens_.check_access(owners);
    for (const Entry& entry : *entries_) {
        const auto found = owners.find(owner_of(entry.bearer));
        if (found == owners.end()) continue;  // began meanwhile, with a check of its own
        if (is_refused(found->second, entry.bearer)) entry.end();
    }
}

}  // namespace wdx::api
