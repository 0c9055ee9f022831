#include "store/edits/planned_actions.hpp"

#include "api/edits/bulk.hpp"
#include "api/edits/edit_services.hpp"
#include "api/edits/routes.hpp"
#include "api/edits/writes.hpp"
#include "api/lists/lists.hpp"
#include "rest/fields.hpp"

#include <fmt/format.h>

namespace wdx::api {
namespace {

namespace asio = boost::asio;
using rest::BodyField;
using rest::BodyType;
using rest::FieldReader;

constexpr std::string_view kTable = "watchdxg_planned_action";
constexpr std::string_view kDoneTable = "actions";

constexpr std::size_t kLongestType = 50;  ///< characters, as of an action
constexpr std::int64_t kMostClaimed = 1000;
constexpr std::int64_t kLongestLease = 86'400;

constexpr BodyField kActionType{
    .name = "action_type", .type = BodyType::text, .most = kLongestType, .help = "For example `block`."};

constexpr std::array kNewPlanFields{
    optional(kUserIds),
    kFilter,
    kDryRun,
    kExpectedCount,
    required(kActionType),
    BodyField{.name = "cause", .type = BodyType::nullable_text, .most = 1000, .help = "Why, in words."},
    BodyField{.name = "not_before",
              .type = BodyType::nullable_date_time,
              .help = "No worker gets it earlier; null or absent: at once."},
};
constexpr rest::Body kNewPlan{.name = "PlannedActionWrite",
                              .fields = kNewPlanFields,
                              .most_elements = rest::kMostBulkElements,
                              .row = &model::kPlannedActions};

constexpr std::array kClaimFields{
    BodyField{.name = "worker", .type = BodyType::text, .is_required = true, .most = 100, .help = "Its name."},
    BodyField{.name = "limit",
              .type = BodyType::integer,
              .help = "How many it takes at most; 1 unless you send it.",
              .least = 1,
              .greatest = kMostClaimed},
    BodyField{.name = "lease_seconds",
              .type = BodyType::integer,
              .help = "Until when it reports, or somebody else gets them; 600 unless you send it.",
              .least = 1,
              .greatest = kLongestLease},
    BodyField{.name = "action_types", .type = BodyType::texts, .most = kLongestType, .help = "Those that it can do."},
};
constexpr rest::Body kClaim{.name = "PlannedActionClaim", .fields = kClaimFields};

constexpr std::array<std::string_view, 2> kOutcomes{"done", "failed"};
constexpr std::array kResultFields{
    BodyField{.name = "lease", .type = BodyType::text, .is_required = true, .most = 100, .help = "As it was claimed."},
    BodyField{.name = "outcome", .type = BodyType::choice, .is_required = true, .choices = kOutcomes},
    kNotes,
};
constexpr rest::Body kResult{.name = "PlannedActionResult", .fields = kResultFields, .row = &model::kPlannedActions};

constexpr std::array<std::string_view, 1> kCancelled{"cancelled"};
constexpr std::array kPatchFields{
    BodyField{.name = "state", .type = BodyType::choice, .choices = kCancelled},
};
constexpr rest::Body kPatch{.name = "PlannedActionPatch", .fields = kPatchFields, .row = &model::kPlannedActions};

constexpr std::array kCancelFields{
    kActionType,
    BodyField{.name = "account_id", .type = BodyType::integer, .help = "Of users of this X account alone."},
};
constexpr rest::Body kCancel{.name = "PlannedActionCancel", .fields = kCancelFields};

rest::ApiError no_such_plan() {
    return rest::not_found("No PlannedAction matches the given query.");
}

/// The answer to a dry run -> 200 {"count","sample","skipped"}.
asio::awaitable<http::Response> preview_plan(Context& context, const BulkFields& bulk, const std::string& action_type) {
    const store::ChosenUsers users = co_await read_users_of(context, bulk);
    const store::UserPreview found = co_await count_users(context, users, false);
    const store::ListSql sql = store::PlannedActionStore::skipped_sql(users, action_type);
    const db::Query query = sql.query("preview_plan");
    db::Batch batch;
    const std::size_t index = batch.add(query, sql.params);
    co_await context.report(batch);
    const store::SkippedPlans skipped = store::PlannedActionStore::read_skipped(batch.rows(index));
    co_return co_await render_preview(context, found,
                                      fmt::format(R"({{"exempt":{},"already_planned":{},"already_done":{}}})",
                                                  skipped.exempt, skipped.already_planned, skipped.already_done));
}

/// POST /api/planned-actions/ {"user_ids" | "filter","expected_count","action_type","cause"?,"not_before"?} -> 201
/// {"planned","skipped"}; 400, 409 and nothing has changed; with "dry_run" 200 {"count","sample","skipped"}.
asio::awaitable<http::Response> plan_actions(Context& context) {
    context.require_core_table(kDoneTable);
    FieldReader fields(context.request(), kNewPlan);
    const BulkFields bulk = read_bulk_fields(fields);
    store::NewPlan plan;
    plan.action_type = fields.text("action_type").value_or("");
    plan.cause = fields.nullable_text("cause").text;
    plan.not_before = fields.nullable_date_time("not_before").text;
    fields.throw_if_wrong();
    co_await context.require_access();
    if (bulk.dry_run) co_return co_await preview_plan(context, bulk, plan.action_type);
    const store::WriteRequest request = write_request(context);
    const store::ChosenUsers users = co_await choose_users(context, bulk);
    store::PlannedActionStore& plans = context.services().edits.planned_actions;
    const Write insert = [&] { return plans.plan(request, users, plan); };
    co_return render_written_to_many(co_await run_write(context, kDoneTable, insert));
}

/// POST /api/planned-actions/claim/ {"worker","limit"?,"lease_seconds"?,"action_types"?} -> 200 the rows, each with
/// `lease`.
asio::awaitable<http::Response> claim_actions(Context& context) {
    constexpr std::int64_t kDefaultLease = 600;
    context.require_core_table(kDoneTable);
    FieldReader fields(context.request(), kClaim);
    store::Claim claim;
    claim.worker = fields.text("worker").value_or("");
    claim.limit = fields.integer("limit").value_or(1);
    claim.lease_seconds = fields.integer("lease_seconds").value_or(kDefaultLease);
    claim.action_types = fields.texts("action_types");
    fields.throw_if_wrong();
    co_await context.require_access();
    const EditServices& edits = context.services().edits;
    const store::WriteRequest request = write_request(context);
    const Write take = [&] { return edits.planned_actions.claim(request, claim, edits.action_daily_cap); };
    store::Written written = co_await run_write(context, kDoneTable, take);
    if (written.outcome == store::WriteOutcome::no_right) throw may_not_write(kDoneTable);
    co_return render_written(std::move(written));
}

/// POST /api/planned-actions/{id}/result/ {"lease","outcome","notes"?} -> 200 with the row; 404, 409.
asio::awaitable<http::Response> report_result(Context& context) {
    context.require_core_table(kDoneTable);
    const std::int64_t id = context.path_id();
    FieldReader fields(context.request(), kResult);
    store::Result result;
    result.lease = fields.text("lease").value_or("");
    result.is_done = fields.choice("outcome") == "done";
    result.notes = read_notes(fields, 1).text;
    fields.throw_if_wrong();
    co_await context.require_access();
    const EditServices& edits = context.services().edits;
    const store::WriteRequest request = write_request(context);
    const Write report = [&] { return edits.planned_actions.report(request, id, result, edits.action_attempts); };
    store::Written written = co_await run_write(context, kDoneTable, report);
    if (written.outcome == store::WriteOutcome::no_row) throw no_such_plan();
    if (written.outcome == store::WriteOutcome::other_state)
        throw rest::ApiError{409, rest::detail_body("This lease is over, or its result was another one.")};
    co_return render_written(std::move(written));
}

/// PATCH /api/planned-actions/{id}/ {"state":"cancelled"} -> 200 with the row; 404, 409.
asio::awaitable<http::Response> cancel_action(Context& context) {
    const std::int64_t id = context.path_id();
    FieldReader fields(context.request(), kPatch);
    const bool cancels = fields.choice("state").has_value();
    fields.throw_if_wrong();
    co_await context.require_access();
    store::PlannedActionStore& plans = context.services().edits.planned_actions;
    const store::WriteRequest request = write_request(context);
    const Write cancel = [&] { return plans.cancel(request, id, cancels); };
    store::Written written = co_await run_write(context, kTable, cancel);
    if (written.outcome == store::WriteOutcome::no_row) throw no_such_plan();
    if (written.outcome == store::WriteOutcome::other_state)
        throw rest::ApiError{409, rest::detail_body(fmt::format("It is {} and cannot be cancelled.", written.named))};
    co_return render_written(std::move(written));
}

/// POST /api/planned-actions/cancel/ {"action_type"?,"account_id"?} -> 200 {"cancelled":n}.
asio::awaitable<http::Response> cancel_actions(Context& context) {
    FieldReader fields(context.request(), kCancel);
    const std::optional<std::string> action_type = fields.text("action_type");
    const std::optional<std::int64_t> account = fields.integer("account_id");
    fields.throw_if_wrong();
    co_await context.require_access();
    store::PlannedActionStore& plans = context.services().edits.planned_actions;
    const store::WriteRequest request = write_request(context);
    const Write cancel = [&] { return plans.cancel_all(request, action_type, account); };
    co_return render_written(co_await run_write(context, kTable, cancel));
}

}  // namespace

std::span<const Route> planned_action_routes() {
    static constexpr std::array kRoutes{
        Route{.verb = Verb::get,
              .pattern = "/api/planned-actions/",
              .handler = &list_resource,
              .formats = rest::Formats::list,
              .view = "Planned Action List",
              .id = "listPlannedActions",
              .tag = "planned-actions",
              .summary = "List what shall be done about X users",
              .help = "What shall be done about X users, and what became of it.",
              .gives = Gives::list,
              .resource = &model::kPlannedActions},
        Route{.verb = Verb::post,
              .pattern = "/api/planned-actions/",
              .handler = &plan_actions,
              .body = &kNewPlan,
              .view = "Planned Action List",
              .id = "planActions",
              .tag = "planned-actions",
              .summary = "Plan an action for one user or many",
              .help = "Plans the action for the users of `user_ids` or `filter`. Skipped are those who are exempt, for "
                      "whom it is planned already, and for whom an action of that type is recorded. `dry_run` counts "
                      "them (200); `filter` needs `expected_count`.",
              .answer = "PlannedOrPreview",
              .resource = &model::kPlannedActions,
              .statuses = {201, 200},
              .refusals = {403, 404, 409, 422},
              .parameters = {"IdempotencyKey"},
              .headers = {"X-Edit-ID"}},
        Route{.verb = Verb::post,
              .pattern = "/api/planned-actions/claim/",
              .handler = &claim_actions,
              .body = &kClaim,
              .view = "Planned Action Claim",
              .id = "claimPlannedActions",
              .tag = "planned-actions",
              .summary = "Take work for a worker",
              .help = "Gives a worker the oldest planned actions that may be done now. Each is its alone until the "
                      "lease ends; what it has not reported by then is planned again.",
              .answer = "ClaimedActions",
              .resource = &model::kPlannedActions,
              .refusals = {403, 404, 409, 422},
              .parameters = {"IdempotencyKey"}},
        Route{.verb = Verb::post,
              .pattern = "/api/planned-actions/cancel/",
              .handler = &cancel_actions,
              .body = &kCancel,
              .view = "Planned Action Cancel",
              .id = "cancelPlannedActions",
              .tag = "planned-actions",
              .summary = "Cancel all that no worker has yet",
              .help = "Cancels everything that is planned, of one type and X account or of all. What a worker has may "
                      "still be reported.",
              .answer = "Cancelled",
              .resource = &model::kPlannedActions,
              .refusals = {409, 422},
              .parameters = {"IdempotencyKey"},
              .headers = {"X-Edit-ID"}},
        Route{.verb = Verb::get,
              .pattern = "/api/planned-actions/{id}/",
              .handler = &retrieve_resource,
              .view = "Planned Action Instance",
              .id = "retrievePlannedAction",
              .tag = "planned-actions",
              .summary = "Retrieve one planned action",
              .help = "One planned action.",
              .gives = Gives::detail,
              .resource = &model::kPlannedActions},
        Route{.verb = Verb::patch,
              .pattern = "/api/planned-actions/{id}/",
              .handler = &cancel_action,
              .body = &kPatch,
              .view = "Planned Action Instance",
              .id = "cancelPlannedAction",
              .tag = "planned-actions",
              .summary = "Cancel a planned action",
              .help = "`cancelled` is the one state that can be set, as long as no worker has it.",
              .answer = "PlannedAction",
              .resource = &model::kPlannedActions,
              .refusals = {409, 422},
              .parameters = {"IdempotencyKey"},
              .headers = {"X-Edit-ID"}},
        Route{.verb = Verb::post,
              .pattern = "/api/planned-actions/{id}/result/",
              .handler = &report_result,
              .body = &kResult,
              .view = "Planned Action Result",
              .id = "reportPlannedAction",
              .tag = "planned-actions",
              .summary = "Say what became of an action",
              .help = "`done` records the action in the same transaction. `failed` is tried again, up to "
                      "WDX_ACTION_ATTEMPTS times. The same result once more gets the same answer; another one, or one "
                      "after the lease, is 409.",
              .answer = "PlannedAction",
              .resource = &model::kPlannedActions,
              .refusals = {403, 404, 409, 422},
              .parameters = {"IdempotencyKey"}},
    };
    return kRoutes;
}

}  // namespace wdx::api
