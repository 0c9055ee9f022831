#include "api/edits/edit_services.hpp"
#include "api/edits/routes.hpp"
#include "api/edits/writes.hpp"
#include "base/json_writer.hpp"
#include "rest/body.hpp"
#include "rest/conditions.hpp"

namespace wdx::api {
namespace {

namespace asio = boost::asio;

constexpr std::string_view kTable = "watchdxg_preferences";
constexpr std::size_t kMostBytes = std::size_t{64} * 1024;
constexpr unsigned kTooLarge = 413;

constexpr rest::Body kPreferences{.name = "PreferencesWrite", .fields = {}, .is_free = true};

/// @throws ApiError 400, 413, 415
std::string read_preferences(const http::Request& request) {
    if (request.body().size() > kMostBytes)
        throw rest::ApiError{kTooLarge,
                             rest::detail_body(fmt::format("Preferences have at most {} bytes.", kMostBytes))};
    const rest::JsonBody body(request, kPreferences.most_elements);
    std::string compact;
    base::append_compact_json(compact, body.text());
    return compact;
}

/// GET /api/preferences/ -> 200 with ETag, 304 or 412: what was kept for the operator, `{}` at first.
asio::awaitable<http::Response> retrieve_preferences(Context& context) {
    db::Batch batch;
    const std::size_t index = store::PreferenceStore::add_find(batch, context.operator_id());
    co_await context.read(batch);
    store::FoundPreferences found = store::PreferenceStore::read_found(batch.rows(index));
    co_return rest::answer_row(context.request(), std::move(found.etag), std::move(found.body));
}

/// PUT /api/preferences/ {...} -> 200 with ETag and the object; 400, 412, 413.
asio::awaitable<http::Response> update_preferences(Context& context) {
    auto [if_match, if_none_match] = rest::read_conditions(context.request());
    const store::RowConditions conditions{.if_match = std::move(if_match), .if_none_match = std::move(if_none_match)};
    const std::string body = read_preferences(context.request());
    co_await context.require_access();
    store::PreferenceStore& preferences = context.services().edits.preferences;
    const store::WriteRequest request = write_request(context);
    const Write set = [&] { return preferences.set(request, body, conditions); };
    store::Written written = co_await run_write(context, kTable, set);
    std::string etag = std::move(written.etag);
    http::Response response = render_written(std::move(written));
    response.set("ETag", std::move(etag));
    co_return response;
}

}  // namespace

std::span<const Route> preference_routes() {
    static constexpr std::array kRoutes{
        Route{.verb = Verb::get,
              .pattern = "/api/preferences/",
              .handler = &retrieve_preferences,
              .view = "Preferences",
              .id = "retrievePreferences",
              .tag = "me",
              .summary = "Retrieve what the console remembers",
              .help = "The operator's own object, `{}` at first.",
              .answer = "Preferences",
              .statuses = {200, 304},
              .refusals = {412},
              .parameters = {"IfMatch", "IfNoneMatch"},
              .headers = {"ETag"}},
        Route{.verb = Verb::put,
              .pattern = "/api/preferences/",
              .handler = &update_preferences,
              .body = &kPreferences,
              .view = "Preferences",
              .id = "replacePreferences",
              .tag = "me",
              .summary = "Replace what the console remembers",
              .help = "Any object of up to 64 KiB. Send `If-Match` so that two tabs do not overwrite each other.",
              .answer = "Preferences",
              .refusals = {403, 409, 412, 422},
              .parameters = {"IfMatch", "IfNoneMatch", "IdempotencyKey"},
              .headers = {"ETag"}},
    };
    return kRoutes;
}

}  // namespace wdx::api
