#include "api/edits/bulk.hpp"
#include "api/edits/edit_services.hpp"
#include "api/edits/routes.hpp"
#include "api/edits/writes.hpp"
#include "api/lists/lists.hpp"
#include "api/lists/users.hpp"
#include "rest/conditions.hpp"
#include "rest/fields.hpp"

namespace wdx::api {
namespace {

namespace asio = boost::asio;
using rest::BodyField;
using rest::BodyType;
using rest::FieldReader;

constexpr std::string_view kTable = "classification";

constexpr BodyField kSampled{
    .name = "sampled",
    .type = BodyType::boolean,
    .help = "It answers a place of triage that was drawn at random, today or yesterday; of other users it is ignored."};

constexpr std::array kReplacementFields{
    BodyField{.name = "harmful", .type = BodyType::boolean, .is_required = true},
    BodyField{.name = "inactive", .type = BodyType::boolean, .is_required = true},
    kNotes,
    kSampled,
};
constexpr rest::Body kReplacement{
    .name = "ClassificationWrite", .fields = kReplacementFields, .row = &model::kClassifications};

constexpr std::array kPatchFields{
    BodyField{.name = "harmful", .type = BodyType::boolean},
    BodyField{.name = "inactive", .type = BodyType::boolean},
    kNotes,
    kSampled,
};
constexpr rest::Body kPatch{.name = "ClassificationPatch", .fields = kPatchFields, .row = &model::kClassifications};

constexpr std::array kBulkFields{
    optional(kUserIds),
    kFilter,
    kDryRun,
    kExpectedCount,
    BodyField{.name = "unclassify",
              .type = BodyType::boolean,
              .help = "Removes the verdicts instead; goes with no other value of them."},
    BodyField{.name = "harmful", .type = BodyType::boolean},
    BodyField{.name = "inactive", .type = BodyType::boolean},
    kNotes,
    kSampled,
};
constexpr rest::Body kBulk{.name = "BulkClassification",
                           .fields = kBulkFields,
                           .most_elements = rest::kMostBulkElements,
                           .row = &model::kClassifications};

rest::ApiError unclassified() {
    return rest::not_found("No Classification matches the given query.");
}

/// @param replaces  nothing of an old verdict stays
store::VerdictChange read_change(FieldReader& fields, bool replaces, std::size_t users) {
    store::VerdictChange change;
    change.harmful = fields.boolean("harmful");
    change.inactive = fields.boolean("inactive");
    auto notes = read_notes(fields, users);
    change.sets_notes = notes.is_given || replaces;
    change.notes = std::move(notes.text);
    change.sampled = fields.boolean("sampled").value_or(false);
    return change;
}

store::RowConditions read_row_conditions(const http::Request& request) {
    auto [if_match, if_none_match] = rest::read_conditions(request);
    return {.if_match = std::move(if_match), .if_none_match = std::move(if_none_match)};
}

/// The answer with the row that a write has left.
http::Response render_verdict(store::Written written) {
    if (written.outcome == store::WriteOutcome::unknown_users) throw no_such_user();
    if (written.outcome == store::WriteOutcome::no_row) throw unclassified();
    std::string etag = std::move(written.etag);
    http::Response response = render_written(std::move(written));
    response.set("ETag", std::move(etag));
    return response;
}

/// @param replaces  PUT, not PATCH: a verdict that is not there is made
asio::awaitable<http::Response> write_one(Context& context, const rest::Body& body, bool replaces) {
    context.require_core_table(kTable);
    const std::int64_t user_id = context.path_id();
    const store::RowConditions conditions = read_row_conditions(context.request());
    FieldReader fields(context.request(), body);
    const store::VerdictChange change = read_change(fields, replaces, 1);
    fields.throw_if_wrong();
    co_await context.require_access();
    store::ClassificationStore& classifications = context.services().edits.classifications;
    const store::WriteRequest request = write_request(context);
    const Write set = [&] { return classifications.set(request, user_id, change, replaces, conditions); };
    co_return render_verdict(co_await run_write(context, kTable, set));
}

/// GET /api/users/{id}/classification/ -> 200 with ETag, 304, 404 or 412.
asio::awaitable<http::Response> retrieve_classification(Context& context) {
    context.require_core_table(kTable);
    db::Batch batch;
    const std::size_t index = store::ClassificationStore::add_find(batch, context.path_id());
    co_await context.read(batch);
    store::FoundVerdict found = store::ClassificationStore::read_found(batch.rows(index));
    if (!found.has_user) throw no_such_user();
    if (found.body.empty()) throw unclassified();
    co_return rest::answer_row(context.request(), std::move(found.etag), std::move(found.body));
}

/// PUT /api/users/{id}/classification/ {"harmful","inactive","notes"?,"sampled"?} -> 201 or 200 with ETag; 400, 404,
/// 412.
asio::awaitable<http::Response> update_classification(Context& context) {
    return write_one(context, kReplacement, true);
}

/// PATCH /api/users/{id}/classification/ {"harmful"?,"inactive"?,"notes"?,"sampled"?} -> 200 with ETag; 400, 404, 412.
asio::awaitable<http::Response> partial_update_classification(Context& context) {
    return write_one(context, kPatch, false);
}

/// DELETE /api/users/{id}/classification/ -> 204, also when there was none; 404, 412.
asio::awaitable<http::Response> destroy_classification(Context& context) {
    context.require_core_table(kTable);
    const std::int64_t user_id = context.path_id();
    const store::RowConditions conditions = read_row_conditions(context.request());
    co_await context.require_access();
    store::ClassificationStore& classifications = context.services().edits.classifications;
    const store::WriteRequest request = write_request(context);
    const Write remove = [&] { return classifications.remove(request, user_id, conditions); };
    store::Written written = co_await run_write(context, kTable, remove);
    if (written.outcome == store::WriteOutcome::unknown_users) throw no_such_user();
    co_return render_written(std::move(written));
}

/// `unclassify`, which goes with no other value of a verdict.
bool read_unclassify(FieldReader& fields) {
    const bool unclassify = fields.boolean("unclassify").value_or(false);
    for (const std::string_view name : {"harmful", "inactive", "notes", "sampled"})
        if (unclassify && fields.has(name)) fields.refuse(name, "This does not go with unclassify.");
    return unclassify;
}

/// POST /api/classifications/ {"user_ids" | "filter","expected_count","harmful"?,"inactive"?,"notes"? | "unclassify"}
/// -> 200 {"updated":n}, or 400, 409 and nothing has changed; with "dry_run" 200 {"count","sample","skipped"}.
asio::awaitable<http::Response> create_classifications(Context& context) {
    context.require_core_table(kTable);
    FieldReader fields(context.request(), kBulk);
    const BulkFields bulk = read_bulk_fields(fields);
    const bool unclassify = read_unclassify(fields);
    const store::VerdictChange change = read_change(fields, false, bulk.users());
    fields.throw_if_wrong();
    co_await context.require_access();
    if (bulk.dry_run) co_return co_await preview(context, bulk, unclassify);
    const store::WriteRequest request = write_request(context);
    const store::ChosenUsers users = co_await choose_users(context, bulk);
    store::ClassificationStore& classifications = context.services().edits.classifications;
    const Write write = [&] {
        return unclassify ? classifications.remove_many(request, users)
                          : classifications.set_many(request, users, change);
    };
    co_return render_written_to_many(co_await run_write(context, kTable, write));
}

}  // namespace

std::span<const Route> classification_routes() {
    static constexpr std::array kRoutes{
        Route{.verb = Verb::get,
              .pattern = "/api/users/{id}/classification/",
              .handler = &retrieve_classification,
              .view = "Classification Instance",
              .id = "retrieveClassification",
              .tag = "classifications",
              .summary = "Retrieve the verdict on a user",
              .help = "404 for an unclassified user.",
              .answer = "Classification",
              .resource = &model::kClassifications,
              .statuses = {200, 304},
              .refusals = {412},
              .parameters = {"IfMatch", "IfNoneMatch"},
              .headers = {"ETag"}},
        Route{.verb = Verb::put,
              .pattern = "/api/users/{id}/classification/",
              .handler = &update_classification,
              .body = &kReplacement,
              .view = "Classification Instance",
              .id = "replaceClassification",
              .tag = "classifications",
              .summary = "Give or replace the verdict on a user",
              .help = "Sets the verdict on a user: 201 when there was none. `notes` become null unless you send them.",
              .answer = "Classification",
              .resource = &model::kClassifications,
              .statuses = {200, 201},
              .refusals = {403, 409, 412, 422},
              .parameters = {"IfMatch", "IfNoneMatch", "IdempotencyKey"},
              .headers = {"ETag", "X-Edit-ID"}},
        Route{.verb = Verb::patch,
              .pattern = "/api/users/{id}/classification/",
              .handler = &partial_update_classification,
              .body = &kPatch,
              .view = "Classification Instance",
              .id = "updateClassification",
              .tag = "classifications",
              .summary = "Change parts of the verdict on a user",
              .help =
                  "Changes what you send and nothing else: `{}` changes nothing, not even `classified_at`. 404 for an "
                  "unclassified user.",
              .answer = "Classification",
              .resource = &model::kClassifications,
              .refusals = {403, 409, 412, 422},
              .parameters = {"IfMatch", "IfNoneMatch", "IdempotencyKey"},
              .headers = {"ETag", "X-Edit-ID"}},
        Route{.verb = Verb::del,
              .pattern = "/api/users/{id}/classification/",
              .handler = &destroy_classification,
              .view = "Classification Instance",
              .id = "destroyClassification",
              .tag = "classifications",
              .summary = "Make a user unclassified",
              .help = "Removes the verdict, if there is one.",
              .gives = Gives::nothing,
              .resource = &model::kClassifications,
              .statuses = {204},
              .refusals = {403, 409, 412, 422},
              .parameters = {"IfMatch", "IfNoneMatch", "IdempotencyKey"},
              .headers = {"X-Edit-ID"}},
        Route{.verb = Verb::get,
              .pattern = "/api/classifications/",
              .handler = &list_resource,
              .formats = rest::Formats::list,
              .view = "Classification List",
              .id = "listClassifications",
              .tag = "classifications",
              .summary = "List verdicts on X users",
              .help = "Every verdict.",
              .gives = Gives::list,
              .resource = &model::kClassifications},
        Route{.verb = Verb::post,
              .pattern = "/api/classifications/",
              .handler = &create_classifications,
              .body = &kBulk,
              .view = "Classification List",
              .id = "classifyMany",
              .tag = "classifications",
              .summary = "Give or change the verdict on many users, all or none",
              .help =
                  "Sets the verdict on up to 10,000 users (`user_ids`), or on all that a `filter` chooses, all or "
                  "none. What "
                  "you do not send stays as it is. `dry_run` says how many there are, with ten of them; `filter` needs "
                  "`expected_count`.",
              .answer = "UpdatedOrPreview",
              .resource = &model::kClassifications,
              .refusals = {403, 409, 422},
              .parameters = {"IdempotencyKey"},
              .headers = {"X-Edit-ID"}},
    };
    return kRoutes;
}

}  // namespace wdx::api
