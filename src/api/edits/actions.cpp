#include "api/edits/bulk.hpp"
#include "api/edits/edit_services.hpp"
#include "api/edits/routes.hpp"
#include "api/edits/writes.hpp"
#include "api/lists/lists.hpp"
#include "api/lists/users.hpp"
#include "rest/fields.hpp"

namespace wdx::api {
namespace {

namespace asio = boost::asio;
using rest::BodyField;
using rest::BodyType;
using rest::FieldReader;

constexpr std::string_view kTable = "actions";

constexpr BodyField kActionType{.name = "action_type", .type = BodyType::text, .most = 50};

constexpr std::array kNewActionFields{
    BodyField{.name = "user_id", .type = BodyType::integer, .help = "Send this, `user_ids` or `filter`."},
    optional(kUserIds),
    kFilter,
    kDryRun,
    kExpectedCount,
    required(kActionType),
    BodyField{.name = "timestamp", .type = BodyType::date_time, .help = "The current time unless you send it."},
    kNotes,
};
constexpr rest::Body kNewAction{.name = "ActionWrite",
                                .fields = kNewActionFields,
                                .most_elements = rest::kMostBulkElements,
                                .row = &model::kActions};

constexpr std::array kActionPatchFields{
    BodyField{.name = "user_id",
              .type = BodyType::integer,
              .help = "The user that the action is about; another one is refused."},
    kActionType,
    BodyField{.name = "timestamp", .type = BodyType::date_time},
    kNotes,
};
constexpr rest::Body kActionPatch{.name = "ActionPatch", .fields = kActionPatchFields, .row = &model::kActions};

rest::ApiError no_such_action() {
    return rest::not_found("No Action matches the given query.");
}

/// `user_id`, `user_ids` or `filter`.
BulkFields read_users(FieldReader& fields) {
    BulkFields bulk = read_bulk_fields(fields, true);
    if (bulk.filter || fields.has("user_ids")) {
        if (fields.has("user_id"))
            fields.refuse("non_field_errors",
                          fmt::format("Give user_id or {}, not both.", bulk.filter ? "filter" : "user_ids"));
        return bulk;
    }
    if (!fields.has("user_id")) fields.refuse("user_id", rest::kRequired);
    bulk.user_ids = {fields.integer("user_id").value_or(0)};
    return bulk;
}

rest::ApiError no_such_user_id(std::string_view id) {
    return rest::field_error("user_id", fmt::format("Invalid pk \"{}\" - object does not exist.", id));
}

/// POST /api/actions/ {"user_id" | "user_ids" | "filter","expected_count","action_type","timestamp"?,"notes"?} -> 201
/// with the row, or the array of rows unless for `user_id`; 400, 409 and nothing has changed; with "dry_run" 200
/// {"count","sample","skipped"}.
asio::awaitable<http::Response> create_actions(Context& context) {
    context.require_core_table(kTable);
    FieldReader fields(context.request(), kNewAction);
    const bool as_list = !fields.has("user_id");
    const BulkFields bulk = read_users(fields);
    store::NewAction action;
    action.action_type = fields.text("action_type").value_or("");
    action.timestamp = fields.date_time("timestamp");
    action.notes = read_notes(fields, bulk.users()).text;
    fields.throw_if_wrong();
    co_await context.require_access();
    if (bulk.dry_run) co_return co_await preview(context, bulk, false);
    const store::WriteRequest request = write_request(context);
    const store::ChosenUsers users = co_await choose_users(context, bulk);
    store::ActionStore& actions = context.services().edits.actions;
    const Write insert = [&] { return actions.insert(request, users, action, as_list); };
    store::Written written = co_await run_write(context, kTable, insert);
    if (written.outcome == store::WriteOutcome::unknown_users && !as_list) throw no_such_user_id(written.named);
    co_return render_written_to_many(std::move(written));
}

/// PATCH /api/actions/{id}/ {"action_type"?,"timestamp"?,"notes"?} -> 200 with the row; 400, 404.
asio::awaitable<http::Response> partial_update_action(Context& context) {
    context.require_core_table(kTable);
    const std::int64_t id = context.path_id();
    FieldReader fields(context.request(), kActionPatch);
    store::ActionChange change;
    change.user_id = fields.integer("user_id");
    change.action_type = fields.text("action_type");
    change.timestamp = fields.date_time("timestamp");
    auto notes = read_notes(fields, 1);
    change.sets_notes = notes.is_given;
    change.notes = std::move(notes.text);
    fields.throw_if_wrong();
    co_await context.require_access();
    store::ActionStore& actions = context.services().edits.actions;
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
    store::ActionStore& actions = context.services().edits.actions;
    const store::WriteRequest request = write_request(context);
    const Write remove = [&] { return actions.remove(request, id); };
    store::Written written = co_await run_write(context, kTable, remove);
    if (written.outcome == store::WriteOutcome::no_row) throw no_such_action();
    co_return render_written(std::move(written));
}

}  // namespace

std::span<const Route> action_routes() {
    static constexpr std::array kRoutes{
        Route{.verb = Verb::get,
              .pattern = "/api/actions/",
              .handler = &list_resource,
              .formats = rest::Formats::list,
              .view = "Action List",
              .id = "listActions",
              .tag = "actions",
              .summary = "List what was done about X users",
              .help = "What was done about X users.",
              .gives = Gives::list,
              .resource = &model::kActions},
        Route{.verb = Verb::post,
              .pattern = "/api/actions/",
              .handler = &create_actions,
              .body = &kNewAction,
              .view = "Action List",
              .id = "createActions",
              .tag = "actions",
              .summary = "Record what was done about one user or many, all or none",
              .help =
                  "Records an action about one user (with `user_id`; answers the row) or many (with `user_ids` or "
                  "`filter`; answers an array of rows), all or none. `dry_run` says how many there are, with ten of "
                  "them (200); `filter` needs `expected_count`.",
              .answer = "CreatedActions",
              .resource = &model::kActions,
              .statuses = {201, 200},
              .refusals = {403, 409, 422},
              .parameters = {"IdempotencyKey"},
              .headers = {"X-Edit-ID"}},
        Route{.verb = Verb::get,
              .pattern = "/api/actions/{id}/",
              .handler = &retrieve_resource,
              .view = "Action Instance",
              .id = "retrieveAction",
              .tag = "actions",
              .summary = "Retrieve one action",
              .help = "One action.",
              .gives = Gives::detail,
              .resource = &model::kActions},
        Route{.verb = Verb::patch,
              .pattern = "/api/actions/{id}/",
              .handler = &partial_update_action,
              .body = &kActionPatch,
              .view = "Action Instance",
              .id = "updateAction",
              .tag = "actions",
              .summary = "Change an action",
              .help = "Changes what you send and nothing else.",
              .answer = "Action",
              .resource = &model::kActions,
              .refusals = {403, 409, 422},
              .parameters = {"IdempotencyKey"},
              .headers = {"X-Edit-ID"}},
        Route{.verb = Verb::del,
              .pattern = "/api/actions/{id}/",
              .handler = &destroy_action,
              .view = "Action Instance",
              .id = "destroyAction",
              .tag = "actions",
              .summary = "Delete an action",
              .help = "Removes the record of an action.",
              .gives = Gives::nothing,
              .resource = &model::kActions,
              .statuses = {204},
              .refusals = {403, 409, 422},
              .parameters = {"IdempotencyKey"},
              .headers = {"X-Edit-ID"}},
    };
    return kRoutes;
}

}  // namespace wdx::api
