#include "api/edits/bulk.hpp"

#include "api/edits/edit_services.hpp"
#include "api/edits/writes.hpp"
#include "api/lists/lists.hpp"
#include "api/lists/users.hpp"
#include "api/request/route.hpp"
#include "rest/error.hpp"

#include <fmt/format.h>

namespace wdx::api {
namespace {

namespace asio = boost::asio;

/// @throws ApiError 400 `{"filter": {...}}`
asio::awaitable<store::UserFilter> read_filter(Context& context, const std::string& text) {
    try {
        co_return co_await read_user_filter(context, text);
    } catch (const rest::ApiError& error) {
        if (error.status != 400) throw;
        throw rest::ApiError(400, fmt::format(R"({{"filter":{}}})", error.body));
    }
}

asio::awaitable<store::ChosenUsers> read_users(Context& context, const BulkFields& bulk) {
    store::ChosenUsers users;
    users.ids = bulk.user_ids;
    users.expected_count = bulk.expected_count;
    if (bulk.filter) users.filter = co_await read_filter(context, *bulk.filter);
    co_return users;
}

rest::ApiError too_many(Context& context, std::int64_t count) {
    return rest::field_error("filter", fmt::format("{} users match; at most {} can be written at once.", count,
                                                   context.services().edits.bulk_limit));
}

}  // namespace

std::size_t BulkFields::users() const {
    if (!filter) return user_ids.size();
    return expected_count && *expected_count > 0 ? static_cast<std::size_t>(*expected_count) : 0;
}

BulkFields read_bulk_fields(rest::FieldReader& fields, bool may_be_absent) {
    BulkFields bulk;
    bulk.dry_run = fields.boolean("dry_run").value_or(false);
    bulk.expected_count = fields.integer("expected_count");
    rest::NullableText filter = fields.nullable_text("filter");
    bulk.filter = std::move(filter.text);
    const bool is_wrong = fields.has("filter") && !filter.is_given;
    if (bulk.filter || is_wrong) {
        if (fields.has("user_ids")) fields.refuse("non_field_errors", "Give user_ids or filter, not both.");
        if (!bulk.dry_run && !fields.has("expected_count"))
            fields.refuse("expected_count", "This field is required with filter.");
        return bulk;
    }
    if (!fields.has("user_ids") && !may_be_absent) fields.refuse("user_ids", rest::kRequired);
    if (auto ids = fields.integers("user_ids")) bulk.user_ids = std::move(*ids);
    return bulk;
}

asio::awaitable<store::ChosenUsers> choose_users(Context& context, const BulkFields& bulk) {
    store::ChosenUsers users = co_await read_users(context, bulk);
    if (users.filter && *users.expected_count > context.services().edits.bulk_limit)
        throw too_many(context, *users.expected_count);
    // A repeated request gets the answer of the first one, whatever the filter chooses now: the write itself counts.
    if (users.filter && !context.request().has("Idempotency-Key")) co_await count_users(context, users, false);
    co_return users;
}

asio::awaitable<store::UserPreview> count_users(Context& context, const store::ChosenUsers& users, bool with_verdicts) {
    const store::ListSql sql = store::preview_sql(users, with_verdicts);
    const db::Query query = sql.query("preview_users");
    db::Batch batch;
    const std::size_t index = batch.add(query, sql.params);
    co_await context.report(batch);
    store::UserPreview found = store::read_preview(batch.rows(index));
    if (found.unknown_count > 0) throw unknown_user_ids(found.unknown, found.unknown_count);
    if (users.filter && found.count > context.services().edits.bulk_limit) throw too_many(context, found.count);
    if (users.expected_count && found.count != *users.expected_count) throw other_count(found.count);
    co_return found;
}

asio::awaitable<store::ChosenUsers> read_users_of(Context& context, const BulkFields& bulk) {
    store::ChosenUsers users = co_await read_users(context, bulk);
    users.expected_count.reset();  // that is what a dry run is to tell
    co_return users;
}

asio::awaitable<http::Response> render_preview(Context& context, const store::UserPreview& found,
                                               const std::string& skipped) {
    const std::string sample = co_await render_users(context, found.sample);
    co_return ok(fmt::format(R"({{"count":{},"sample":{},"skipped":{}}})", found.count, sample, skipped));
}

asio::awaitable<http::Response> preview(Context& context, const BulkFields& bulk, bool unclassifies) {
    const store::ChosenUsers users = co_await read_users_of(context, bulk);
    const store::UserPreview found = co_await count_users(context, users, unclassifies);
    const std::string skipped =
        found.unclassified > 0 ? fmt::format(R"({{"unclassified":{}}})", found.unclassified) : "{}";
    co_return co_await render_preview(context, found, skipped);
}

}  // namespace wdx::api
