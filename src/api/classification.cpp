#include "api/lists.hpp"
#include "api/routes.hpp"
#include "api/writes.hpp"
#include "base/json_writer.hpp"
#include "rest/conditions.hpp"
#include "rest/fields.hpp"

namespace wdx::api {
namespace {

namespace asio = boost::asio;
using rest::FieldReader;
using rest::Presence;

constexpr std::string_view kTable = "classification";

rest::ApiError unclassified() {
    return rest::not_found("No Classification matches the given query.");
}

store::Verdict read_verdict(FieldReader& fields, Presence presence, std::size_t users) {
    store::Verdict verdict;
    verdict.harmful = fields.boolean("harmful", presence);
    verdict.inactive = fields.boolean("inactive", presence);
    auto notes = read_notes(fields, users);
    // What replaces a verdict leaves nothing of the old one.
    verdict.sets_notes = notes.is_given || presence == Presence::required;
    verdict.notes = std::move(notes.text);
    return verdict;
}

store::RowConditions read_row_conditions(const http::Request& request) {
    auto [if_match, if_none_match] = rest::read_conditions(request);
    return {.if_match = std::move(if_match), .if_none_match = std::move(if_none_match)};
}

/// The answer with the row that a write has left.
http::Response render_row(store::Written written) {
    if (written.outcome == store::WriteOutcome::unknown_users) throw no_such_user();
    if (written.outcome == store::WriteOutcome::no_row) throw unclassified();
    std::string etag = std::move(written.etag);
    http::Response response = render_written(std::move(written));
    response.set("ETag", std::move(etag));
    return response;
}

/// PUT and PATCH.
asio::awaitable<http::Response> write_one(Context& context, Presence presence) {
    context.require_core_table(kTable);
    const std::int64_t user_id = context.path_id();
    const store::RowConditions conditions = read_row_conditions(context.request());
    FieldReader fields(context.request());
    const store::Verdict verdict = read_verdict(fields, presence, 1);
    fields.throw_if_wrong();
    co_await context.require_access();
    store::ClassificationStore& classifications = context.services().classifications;
    const store::WriteRequest request = write_request(context);
    const bool may_create = presence == Presence::required;
    const Write set = [&] { return classifications.set(request, user_id, verdict, may_create, conditions); };
    co_return render_row(co_await run_write(context, kTable, set));
}

}  // namespace

/// GET /api/classifications/ -> 200, a list.
asio::awaitable<http::Response> list_classifications(Context& context) {
    co_return co_await list_rows(context, model::kClassifications);
}

/// GET /api/users/{id}/classification/ -> 200 with ETag, 304, 404 or 412.
asio::awaitable<http::Response> retrieve_classification(Context& context) {
    context.require_core_table(kTable);
    db::Batch batch;
    const std::size_t index = store::ClassificationStore::add_find(batch, context.path_id());
    co_await context.read(batch);
    const db::Rows& rows = batch.rows(index);
    if (rows.empty()) throw no_such_user();
    const db::Row row = rows.front();
    if (row.is_null(0)) throw unclassified();
    const std::string etag(row.text(1));
    const auto status = rest::judge_conditions(context.request(), etag);
    if (status == 412) throw precondition_failed();
    http::Response response;
    response.set("ETag", etag);
    if (status) {
        response.status = *status;
    } else {
        base::append_compact_json(response.body, row.text(0));
    }
    co_return response;
}

/// PUT /api/users/{id}/classification/ {"harmful","inactive","notes"?} -> 201 or 200 with ETag; 400, 404, 412.
asio::awaitable<http::Response> update_classification(Context& context) {
    return write_one(context, Presence::required);
}

/// PATCH /api/users/{id}/classification/ {"harmful"?,"inactive"?,"notes"?} -> 200 with ETag; 400, 404, 412.
asio::awaitable<http::Response> partial_update_classification(Context& context) {
    return write_one(context, Presence::optional);
}

/// DELETE /api/users/{id}/classification/ -> 204, also when there was none; 404, 412.
asio::awaitable<http::Response> destroy_classification(Context& context) {
    context.require_core_table(kTable);
    const std::int64_t user_id = context.path_id();
    const store::RowConditions conditions = read_row_conditions(context.request());
    co_await context.require_access();
    store::ClassificationStore& classifications = context.services().classifications;
    const store::WriteRequest request = write_request(context);
    const Write remove = [&] { return classifications.remove(request, user_id, conditions); };
    const store::Written written = co_await run_write(context, kTable, remove);
    if (written.outcome == store::WriteOutcome::unknown_users) throw no_such_user();
    co_return no_content();
}

/// POST /api/classifications/ {"user_ids","harmful"?,"inactive"?,"notes"?} -> 200 {"updated":n}, or 400 and nothing has
/// changed.
asio::awaitable<http::Response> create_classifications(Context& context) {
    context.require_core_table(kTable);
    FieldReader fields(context.request());
    const auto user_ids = fields.integers("user_ids", Presence::required, kMostUserIds);
    const store::Verdict verdict = read_verdict(fields, Presence::optional, user_ids ? user_ids->size() : 0);
    fields.throw_if_wrong();
    co_await context.require_access();
    store::ClassificationStore& classifications = context.services().classifications;
    const store::WriteRequest request = write_request(context);
    const Write set = [&] { return classifications.set_many(request, *user_ids, verdict); };
    store::Written written = co_await run_write(context, kTable, set);
    if (written.outcome == store::WriteOutcome::unknown_users)
        throw unknown_user_ids(written.unknown_ids, written.unknown_count);
    co_return render_written(std::move(written));
}

}  // namespace wdx::api
