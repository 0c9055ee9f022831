#include "store/edits/exemptions.hpp"

#include "api/edits/edit_services.hpp"
#include "api/edits/routes.hpp"
#include "api/edits/writes.hpp"
#include "api/lists/lists.hpp"
#include "model/handle.hpp"
#include "rest/fields.hpp"

namespace wdx::api {
namespace {

namespace asio = boost::asio;
using rest::BodyField;
using rest::BodyType;
using rest::FieldReader;

constexpr std::string_view kTable = "watchdxg_exemption";

constexpr std::array kNewExemptionFields{
    BodyField{.name = "handle",
              .type = BodyType::text,
              .is_required = true,
              .most = 100,
              .help = "With or without `@`, in any case."},
};
constexpr rest::Body kNewExemption{.name = "ExemptionWrite", .fields = kNewExemptionFields, .row = &model::kExemptions};

/// What a path cannot carry, and no handle has.
bool is_no_handle(std::string_view handle) {
    return handle.empty() || handle.find_first_of("/ \t") != std::string_view::npos;
}

/// POST /api/exemptions/ {"handle"} -> 201 with the row, 200 where it was exempt already; 400.
asio::awaitable<http::Response> create_exemption(Context& context) {
    FieldReader fields(context.request(), kNewExemption);
    const std::string handle = model::plain_handle(fields.text("handle").value_or("?"));
    if (is_no_handle(handle)) fields.refuse("handle", "This is no handle.");
    fields.throw_if_wrong();
    co_await context.require_access();
    store::ExemptionStore& exemptions = context.services().edits.exemptions;
    const store::WriteRequest request = write_request(context);
    const Write add = [&] { return exemptions.add(request, handle); };
    co_return render_written(co_await run_write(context, kTable, add));
}

/// DELETE /api/exemptions/{handle}/ -> 204, or 404.
asio::awaitable<http::Response> destroy_exemption(Context& context) {
    const std::string handle = model::plain_handle(context.path_values.front());
    co_await context.require_access();
    store::ExemptionStore& exemptions = context.services().edits.exemptions;
    const store::WriteRequest request = write_request(context);
    const Write remove = [&] { return exemptions.remove(request, handle); };
    store::Written written = co_await run_write(context, kTable, remove);
    if (written.outcome == store::WriteOutcome::no_row) throw rest::not_found("No Exemption matches the given query.");
    co_return render_written(std::move(written));
}

}  // namespace

std::span<const Route> exemption_routes() {
    static constexpr std::array kRoutes{
        Route{.verb = Verb::get,
              .pattern = "/api/exemptions/",
              .handler = &list_resource,
              .formats = rest::Formats::list,
              .view = "Exemption List",
              .id = "listExemptions",
              .tag = "planned-actions",
              .summary = "List handles about which nothing is planned",
              .help = "Handles that no action is ever planned for.",
              .gives = Gives::list,
              .resource = &model::kExemptions},
        Route{.verb = Verb::post,
              .pattern = "/api/exemptions/",
              .handler = &create_exemption,
              .body = &kNewExemption,
              .view = "Exemption List",
              .id = "createExemption",
              .tag = "planned-actions",
              .summary = "Never plan anything about a handle",
              .help = "Nothing is planned about the handle any more, and what no worker has yet is cancelled. What a "
                      "worker has may still be reported.",
              .answer = "Exemption",
              .resource = &model::kExemptions,
              .statuses = {201, 200},
              .refusals = {409, 422},
              .parameters = {"IdempotencyKey"},
              .headers = {"X-Edit-ID"}},
        Route{.verb = Verb::del,
              .pattern = "/api/exemptions/{handle}/",
              .handler = &destroy_exemption,
              .view = "Exemption Instance",
              .id = "destroyExemption",
              .tag = "planned-actions",
              .summary = "End an exemption",
              .help = "Actions may be planned about the handle again. What was cancelled stays so.",
              .gives = Gives::nothing,
              .resource = &model::kExemptions,
              .statuses = {204},
              .refusals = {404, 409, 422},
              .parameters = {"IdempotencyKey"},
              .headers = {"X-Edit-ID"}},
    };
    return kRoutes;
}

}  // namespace wdx::api
