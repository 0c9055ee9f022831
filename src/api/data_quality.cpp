#include "store/data_quality.hpp"

#include "api/accounts.hpp"
#include "api/lists.hpp"
#include "api/routes.hpp"
#include "base/json_writer.hpp"

namespace wdx::api {
namespace {

namespace asio = boost::asio;

void append_member(std::string& json, std::string_view name, std::string_view text) {
    json += fmt::format("\"{}\":", name);
    if (text.empty()) {
        json += "null";
    } else {
        base::append_json_string(json, text);
    }
}

/// @param row  as data_quality_sql gives it
void append_finding(std::string& json, const store::DataCheck& check, const db::Row& row) {
    json += '{';
    append_member(json, "id", check.id);
    json += ',';
    append_member(json, "title", check.title);
    json += fmt::format(R"(,"rows":{},"examples":)", row.optional_text(0) ? std::to_string(row.integer(0)) : "null");
    base::append_compact_json(json, row.text(1));
    json += ',';
    append_member(json, "effect", check.effect);
    json += ',';
    append_member(json, "corrected_by", check.corrected_by);
    json += '}';
}

asio::awaitable<http::Response> data_quality_once(Context& context) {
    const Account account = co_await find_account(context);
    const store::CoreViews views = co_await core_views(context);
    const std::string sql = store::data_quality_sql(views);
    db::Batch batch;
    const db::Query query{"data_quality", sql, false};
    const std::size_t index = batch.add(query, {account.id});
    co_await context.read(batch, db::Work::report);
    std::string json = "[";
    int place = 0;
    for (const store::DataCheck& check : store::data_checks()) {
        if (place > 0) json += ',';
        append_finding(json, check, batch.rows(index)[place++]);
    }
    co_return ok(json + ']');
}

}  // namespace

/// GET /api/accounts/{handle}/data-quality/ -> 200 [{"id","title","rows","examples","effect","corrected_by"}].
asio::awaitable<http::Response> list_data_quality(Context& context) {
    const auto list = [&] { return data_quality_once(context); };
    co_return co_await fit_to_schema(list);
}

}  // namespace wdx::api
