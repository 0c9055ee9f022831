#include "api/edits/edit_services.hpp"
#include "api/edits/routes.hpp"
#include "api/edits/writes.hpp"
#include "api/lists/lists.hpp"
#include "base/ascii.hpp"
#include "base/json_value.hpp"

#include <algorithm>

#include <boost/json/object.hpp>

namespace wdx::api {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kEditIdCharacters = 36;

rest::ApiError no_such_edit() {
    return rest::not_found("No Edit matches the given query.");
}

/// The `{edit_id}` of the path, as we write it.
/// @throws ApiError 404 for what is no UUID
std::string path_edit_id(const Context& context) {
    std::string id = base::ascii_lower(context.path_values.front());
    const bool is_uuid = id.size() == kEditIdCharacters && id.find_first_not_of("0123456789abcdef-") == id.npos;
    if (!is_uuid) throw no_such_edit();
    return id;
}

bool is_of_core(std::string_view table) {
    const auto resources = model::all_resources();
    return std::any_of(resources.begin(), resources.end(),
                       [&](const model::Resource* resource) { return resource->of_core && resource->table == table; });
}

rest::ApiError already_undone(const std::string& by) {
    return {409, base::json_text(boost::json::object{{"detail", "This edit was already undone."}, {"edit_id", by}})};
}

/// GET /api/edits/{edit_id}/ -> 200, or 404.
asio::awaitable<http::Response> retrieve_edit(Context& context) {
    return retrieve_row(context, *context.route->resource, path_edit_id(context));
}

/// POST /api/edits/{edit_id}/undo/ -> 200 {"edit_id","reverted","skipped"}; 404, 409 {"detail","edit_id"}.
asio::awaitable<http::Response> undo_edit(Context& context) {
    const std::string id = path_edit_id(context);
    const store::WriteRequest request = write_request(context);
    db::Batch batch;
    const std::size_t index = store::EditStore::add_find_table(batch, id);
    co_await context.read(batch);
    const auto table = store::EditStore::read_table(batch.rows(index));
    if (!table) throw no_such_edit();
    if (is_of_core(*table)) context.require_core_table(*table);
    if (*table == "planned_actions") context.require_core_table("actions");  // what is done is looked for there
    store::EditStore& edits = context.services().edits.edits;
    const Write undo = [&] { return edits.undo(request, id, *table); };
    store::Written written = co_await run_write(context, *table, undo);
    if (written.outcome == store::WriteOutcome::no_row) throw no_such_edit();
    if (written.outcome == store::WriteOutcome::already_undone) throw already_undone(written.named);
    co_return render_written(std::move(written));
}

}  // namespace

std::span<const Route> edit_routes() {
    static constexpr std::array kRoutes{
        Route{.verb = Verb::get,
              .pattern = "/api/edits/",
              .handler = &list_resource,
              .formats = rest::Formats::list,
              .view = "Edit List",
              .id = "listEdits",
              .tag = "edits",
              .summary = "List what was written, the newest first",
              .help = "Each request that changed verdicts, actions, snoozes, planned actions or exemptions, the newest "
                      "first. `user_id` lists those about one X user.",
              .gives = Gives::list,
              .resource = &model::kEdits},
        Route{.verb = Verb::get,
              .pattern = "/api/edits/{edit_id}/",
              .handler = &retrieve_edit,
              .view = "Edit Instance",
              .id = "retrieveEdit",
              .tag = "edits",
              .summary = "Retrieve one edit",
              .help = "One edit; its `id` is the `X-Edit-ID` of the answer to the write.",
              .gives = Gives::detail,
              .resource = &model::kEdits},
        Route{.verb = Verb::post,
              .pattern = "/api/edits/{edit_id}/undo/",
              .handler = &undo_edit,
              .work = WorkClass::reports,
              .view = "Edit Undo",
              .id = "undoEdit",
              .tag = "edits",
              .summary = "Take back an edit",
              .help = "Every row is as it was before the edit, unless somebody has changed it since (`changed`), or it "
                      "or its user is gone (`gone`): those are left alone and named. It is an edit itself: undoing it "
                      "is redoing. `edit_id` is null when no row was reverted.",
              .answer = "Undone",
              .resource = &model::kEdits,
              .refusals = {403, 404, 409, 422},
              .parameters = {"IdempotencyKey"},
              .headers = {"X-Edit-ID"}},
    };
    return kRoutes;
}

}  // namespace wdx::api
