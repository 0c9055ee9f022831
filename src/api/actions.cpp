#include "api/lists.hpp"
#include "api/routes.hpp"
#include "api/writes.hpp"
#include "rest/fields.hpp"

namespace wdx::api {
namespace {

namespace asio = boost::asio;
using rest::FieldReader;
using rest::Presence;

constexpr std::string_view kTable = "actions";
constexpr std::size_t kLongestType = 50;

rest::ApiError no_such_action() {
    return rest::not_found("No Action matches the given query.");
}

/// `user_id` or `user_ids`.
std::vector<std::int64_t> read_users(FieldReader& fields) {
    if (fields.has("user_ids")) {
        if (fields.has("user_id")) fields.refuse("non_field_errors", "Give user_id or user_ids, not both.");
        return fields.integers("user_ids", Presence::required, kMostUserIds).value_or(std::vector<std::int64_t>{});
    }
    const auto user_id = fields.integer("user_id", Presence::required);
    return {user_id.value_or(0)};
}

}  // namespace

/// GET /api/actions/ -> 200, a list.
asio::awaitable<http::Response> list_actions(Context& context) {
    co_return co_await list_rows(context, model::kActions);
}

/// GET /api/actions/{id}/ -> 200 Action, or 404.
asio::awaitable<http::Response> retrieve_action(Context& context) {
    co_return co_await retrieve_row(context, model::kActions);
}

/// POST /api/actions/ {"user_id" | "user_ids","action_type","timestamp"?,"notes"?} -> 201 with the row, or the array of
/// rows for `user_ids`; 400 and nothing has changed.
asio::awaitable<http::Response> create_actions(Context& context) {
    context.require_core_table(kTable);
    FieldReader fields(context.request());
    const bool as_list = fields.has("user_ids");
    const std::vector<std::int64_t> user_ids = read_users(fields);
    store::NewAction action;
    action.action_type = fields.text("action_type", Presence::required, kLongestType).value_or("");
    action.timestamp = fields.date_time("timestamp", Presence::optional);
    action.notes = read_notes(fields, user_ids.size()).text;
    fields.throw_if_wrong();
    co_await context.require_access();
    store::ActionStore& actions = context.services().actions;
    const store::WriteRequest request = write_request(context);
    const Write insert = [&] { return actions.insert(request, user_ids, action, as_list); };
    store::Written written = co_await run_write(context, kTable, insert);
    if (written.outcome == store::WriteOutcome::unknown_users) {
        if (as_list) throw unknown_user_ids(written.unknown_ids, written.unknown_count);
        throw rest::field_error("user_id",
                                fmt::format("Invalid pk \"{}\" - object does not exist.", written.unknown_ids));
    }
    co_return render_written(std::move(written));
}

/// PATCH /api/actions/{id}/ {"action_type"?,"timestamp"?,"notes"?} -> 200 with the row; 400, 404.
asio::awaitable<http::Response> partial_update_action(Context& context) {
    context.require_core_table(kTable);
    const std::int64_t id = context.path_id();
    FieldReader fields(context.request());
    store::ActionChange change;
    change.user_id = fields.integer("user_id", Presence::optional);
    change.action_type = fields.text("action_type", Presence::optional, kLongestType);
    change.timestamp = fields.date_time("timestamp", Presence::optional);
    auto notes = read_notes(fields, 1);
    change.sets_notes = notes.is_given;
    change.notes = std::move(notes.text);
    fields.throw_if_wrong();
    co_await context.require_access();
    store::ActionStore& actions = context.services().actions;
    const store::WriteRequest request = write_request(context);
    const Write update = [&] { return actions.update(request, id, change); };
    store::Written written = co_await run_write(context, kTable, update);
    if (written.outcome == store::WriteOutcome::no_row) throw no_such_action();
    if (written.outcome == store::WriteOutcome::other_user)
        throw rest::field_error("user_id", "The user of an action cannot be changed.");
    co_return render_written(std::move(written));
}

/// DELETE /api/actions/{id}/ -> 204, or 404.
asio::awaitable<http::Response> destroy_action(Context& context) {
    context.require_core_table(kTable);
    const std::int64_t id = context.path_id();
    co_await context.require_access();
    store::ActionStore& actions = context.services().actions;
    const store::WriteRequest request = write_request(context);
    const Write remove = [&] { return actions.remove(request, id); };
    const store::Written written = co_await run_write(context, kTable, remove);
    if (written.outcome == store::WriteOutcome::no_row) throw no_such_action();
    co_return no_content();
}

}  // namespace wdx::api
