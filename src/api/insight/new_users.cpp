#include "api/insight/new_users.hpp"

#include "api/insight/account_report.hpp"
#include "api/insight/insight_services.hpp"
#include "api/lists/core_views.hpp"
#include "api/lists/list_services.hpp"
#include "api/request/work_pool.hpp"
#include "insight/keeping.hpp"
#include "insight/score.hpp"
#include "store/insight/signals.hpp"

namespace wdx::api {

namespace asio = boost::asio;

asio::awaitable<void> score_new_users(Context& context, std::vector<std::int64_t> ids) {
    Services& services = context.services();
    const store::CoreViews views = co_await core_views(context);
    const store::Statement unscored = store::select_new_users(ids);
    const db::Rows found = co_await run_report(context, unscored);
    if (found.empty()) co_return;
    ids.clear();
    for (int i = 0; i < found.size(); ++i) ids.push_back(found[i].integer(0));
    const store::Statement sources = store::select_sources(views, ids);
    const db::Rows rows = co_await run_report(context, sources);
    const double bias = services.lists.signal_weights.bias;
    const std::vector<double> weights = insight::weights_of(services.lists.signal_weights);
    const model::Microseconds now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
    const auto compute = [&] {
        const store::SourceRows reader(views);
        std::vector<model::KeptSignals> users;
        for (int i = 0; i < rows.size(); ++i) {
            model::KeptSignals user = insight::keep(reader.read(rows[i]), now);
            user.risk = insight::risk_of(user.assessment.strengths, weights, bias);
            users.push_back(std::move(user));
        }
        return users;
    };
    co_await services.insight.signals.add(co_await services.computations.run(compute));
}

}  // namespace wdx::api
