#include "api/edits/edit_services.hpp"
#include "api/edits/routes.hpp"
#include "api/edits/writes.hpp"
#include "api/lists/lists.hpp"
#include "api/lists/users.hpp"
#include "rest/fields.hpp"
#include "rest/filter_values.hpp"

#include <chrono>

namespace wdx::api {
namespace {

namespace asio = boost::asio;
using rest::BodyField;
using rest::BodyType;
using rest::FieldReader;

constexpr std::string_view kTable = "watchdxg_snooze";

constexpr std::array kSnoozeFields{
    kUserIds,
    BodyField{.name = "until",
              .type = BodyType::nullable_date_time,
              .is_required = true,
              .help = "In the future, within a year. `null` ends it."},
};
constexpr rest::Body kSnooze{
    .name = "SnoozeWrite", .fields = kSnoozeFields, .most_elements = rest::kMostBulkElements, .row = &model::kSnoozes};

/// The same date and time next year; of February 29th the last of that month.
std::chrono::sys_time<std::chrono::microseconds> a_year_after(std::chrono::sys_time<std::chrono::microseconds> now) {
    const auto day = std::chrono::floor<std::chrono::days>(now);
    const auto later = std::chrono::year_month_day{day} + std::chrono::years{1};
    const auto end = std::chrono::sys_days{later.year() / later.month() / std::chrono::last};
    return (later.ok() ? std::chrono::sys_days{later} : end) + (now - day);
}

/// @param until  as FieldReader gives it
void check_until(FieldReader& fields, const std::string& until) {
    using std::chrono::microseconds;
    const auto now = std::chrono::floor<microseconds>(std::chrono::system_clock::now());
    const std::chrono::sys_time<microseconds> end{microseconds{rest::parse_date_time(until).value_or(0)}};
    if (end <= now) fields.refuse("until", "Ensure this time is in the future.");
    if (end > a_year_after(now)) fields.refuse("until", "Ensure this time is at most a year from now.");
}

/// POST /api/snoozes/ {"user_ids","until"} -> 200 {"updated":n}, or 400 and nothing has changed.
asio::awaitable<http::Response> create_snoozes(Context& context) {
    FieldReader fields(context.request(), kSnooze);
    const auto user_ids = fields.integers("user_ids");
    const rest::NullableText until = fields.nullable_date_time("until");
    if (until.text) check_until(fields, *until.text);
    fields.throw_if_wrong();
    co_await context.require_access();
    store::SnoozeStore& snoozes = context.services().edits.snoozes;
    const store::WriteRequest request = write_request(context);
    const Write set = [&] { return snoozes.set(request, *user_ids, until.text); };
    co_return render_written_to_many(co_await run_write(context, kTable, set));
}

}  // namespace

std::span<const Route> snooze_routes() {
    static constexpr std::array kRoutes{
        Route{.verb = Verb::get,
              .pattern = "/api/snoozes/",
              .handler = &list_resource,
              .formats = rest::Formats::list,
              .view = "Snooze List",
              .id = "listSnoozes",
              .tag = "classifications",
              .summary = "List users whom triage leaves out for a while",
              .help = "Every snooze, also those that are over: `until__gt` leaves these out.",
              .gives = Gives::list,
              .resource = &model::kSnoozes},
        Route{.verb = Verb::post,
              .pattern = "/api/snoozes/",
              .handler = &create_snoozes,
              .body = &kSnooze,
              .view = "Snooze List",
              .id = "snoozeMany",
              .tag = "classifications",
              .summary = "Let triage leave users out for a while, all or none",
              .help = "Triage leaves the users out until then, up to 10,000 at once, all or none. `null` ends it; "
                      "`updated` then counts those whose snooze has ended.",
              .answer = "Updated",
              .resource = &model::kSnoozes,
              .refusals = {403, 409, 422},
              .parameters = {"IdempotencyKey"},
              .headers = {"X-Edit-ID"}},
    };
    return kRoutes;
}

}  // namespace wdx::api
