#include "api/accounts.hpp"
#include "api/lists.hpp"
#include "api/routes.hpp"
#include "base/json_writer.hpp"
#include "insight/reasons.hpp"
#include "rest/paging.hpp"
#include "store/insight_sql.hpp"

namespace wdx::api {
namespace {

namespace asio = boost::asio;

constexpr std::int64_t kMostUsers = 200;
constexpr std::int64_t kDefaultUsers = 20;

/// @param row  as triage_sql gives it
void append_user(std::string& json, const db::Row& row) {
    int column = 0;
    json += R"({"user":)";
    base::append_compact_json(json, row.text(column++));
    const double risk = row.real(column++);
    const double gain = row.real(column++);
    std::vector<insight::Finding> findings;
    for (const model::Signal& signal : model::all_signals()) {
        const auto value = row.optional_real(column++);
        const double contribution = row.real(column++);
        if (value && contribution != 0) findings.push_back({&signal, *value, contribution});
    }
    json += fmt::format(R"(,"risk":{},"reasons":[)", risk);
    bool first = true;
    for (const std::string& reason : insight::reasons_of(risk, std::move(findings))) {
        if (!first) json += ',';
        first = false;
        base::append_json_string(json, reason);
    }
    json += fmt::format(R"(],"gain":{}}})", gain);
}

asio::awaitable<http::Response> triage_once(Context& context, std::int64_t limit) {
    const Account account = co_await find_account(context);
    const store::CoreViews views = co_await core_views(context);
    const std::string sql = store::triage_sql(views, signals_sql(context, views.users, store::Scope::many));
    db::Batch batch;
    const db::Query query{"triage", sql, false};
    const std::size_t index = batch.add(query, {account.id, limit});
    co_await context.read(batch, db::Work::report);
    const db::Rows& rows = batch.rows(index);
    std::string json = "[";
    for (int i = 0; i < rows.size(); ++i) {
        if (i > 0) json += ',';
        append_user(json, rows[i]);
    }
    co_return ok(json + ']');
}

}  // namespace

/// GET /api/accounts/{handle}/triage/?limit= -> 200 [{"user","risk","reasons","gain"}].
asio::awaitable<http::Response> list_triage(Context& context) {
    rest::FieldErrors errors;
    const auto limit = rest::read_whole_number(context.query(), "limit", 1, kMostUsers, errors);
    errors.throw_if_any();
    const auto list = [&] { return triage_once(context, limit.value_or(kDefaultUsers)); };
    co_return co_await fit_to_schema(list);
}

}  // namespace wdx::api
