#include "api/lists/core_views.hpp"

#include "api/lists/list_services.hpp"
#include "store/core/corrections.hpp"
#include "store/core/views.hpp"

namespace wdx::api {

namespace asio = boost::asio;

asio::awaitable<store::CoreViews> core_views(Context& context) {
    Services& services = context.services();
    if (!services.schema.is_known()) co_await services.schema.refresh();
    context.require_core_table(model::kUsers.table);
    co_return store::CoreViews(services.schema.schema(), services.lists.core_timezone);
}

asio::awaitable<std::vector<std::int64_t>> swapped_accounts(Context& context, const model::View& posts,
                                                            std::optional<std::int64_t> account) {
    const std::string sql = store::swapped_accounts_sql(posts);
    if (sql.empty()) co_return std::vector<std::int64_t>{};
    db::Batch batch;
    const db::Query query{"swapped_accounts", sql, false};
    const std::size_t index = batch.add(query, {account});
    co_await context.report(batch);
    co_return store::read_swapped_accounts(batch.rows(index));
}

std::string signals_sql(Context& context, store::Ranks ranks) {
    return store::signals_sql(context.services().lists.signal_weights, ranks);
}

std::string signals_as_of(Context& context) {
    const auto& as_of = context.services().lists.signals.as_of;
    return as_of ? base::iso_time(*as_of) : std::string{};
}

}  // namespace wdx::api
