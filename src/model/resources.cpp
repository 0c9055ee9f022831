#include "model/resource.hpp"

#include <algorithm>
#include <array>

namespace wdx::model {
namespace {

constexpr std::array<std::string_view, 5> kPlanStates{"planned", "claimed", "done", "failed", "cancelled"};
constexpr std::array<std::string_view, 3> kLevels{"info", "warning", "error"};

constexpr std::array kAccountFields{
    Field{.name = "id", .type = Type::integer, .help = "Number of the X account.", .nullable = false},
    Field{
        .name = "handle", .type = Type::text, .help = "Its handle, without `@`.", .searched = true, .is_handle = true},
};

constexpr std::array kUserFields{
    Field{.name = "id", .type = Type::integer, .help = "Number of the X user.", .nullable = false},
    Field{.name = "account_id", .type = Type::integer, .help = "Number of the watched X account that it was seen at."},
    Field{
        .name = "handle", .type = Type::text, .help = "Its handle, without `@`.", .searched = true, .is_handle = true},
    Field{.name = "username", .type = Type::text, .help = "Its display name.", .searched = true},
    Field{.name = "certified",
          .type = Type::boolean,
          .help = "It has a blue check mark.",
          .use = Use::on_request,
          .since = Generation::v2},
    Field{.name = "bio", .type = Type::text, .help = "Its description of itself.", .searched = true, .is_long = true},
    Field{.name = "created_at", .type = Type::date, .help = "When it joined X, exact to the month."},
    Field{.name = "following_count", .type = Type::integer, .help = "How many accounts it follows."},
    Field{.name = "followers_count", .type = Type::integer, .help = "How many accounts follow it."},
    Field{.name = "following_str",
          .type = Type::text,
          .help = "`following_count` as X displayed it.",
          .use = Use::on_request,
          .since = Generation::v2},
    Field{.name = "followers_str",
          .type = Type::text,
          .help = "`followers_count` as X displayed it.",
          .use = Use::on_request,
          .since = Generation::v2},
    Field{.name = "featured_url", .type = Type::text, .help = "The link in its profile.", .is_long = true},
    Field{.name = "follower", .type = Type::boolean, .help = "It follows the X account."},
    Field{.name = "last_updated",
          .type = Type::date_time,
          .help = "When watchdxg-core last wrote the row.",
          .use = Use::on_request,
          .since = Generation::v3},
    Field{.name = "classification",
          .type = Type::verdict,
          .help = "The verdict on it; null for an unclassified user.",
          .use = Use::on_request,
          .is_column = false},
    Field{.name = "same_person",
          .type = Type::people,
          .help = "The other rows of the same person, by id: same X account, same handle, same month of joining.",
          .use = Use::on_request,
          .is_column = false,
          .nullable = false,
          .filterable = false},
    Field{.name = "risk",
          .type = Type::real,
          .help =
              "Its score by its signals, 0 to 1; null when every input is missing. Higher is more suspicious; it is "
              "no probability.",
          .use = Use::computed,
          .is_column = false,
          .breaks_ties = "tie"},
    Field{.name = "rank",
          .type = Type::real,
          .help = "Which part of the users of the X account has a lower score, 0 to 1; half of those with an equal one "
                  "count.",
          .use = Use::computed,
          .is_column = false,
          .breaks_ties = "tie"},
    Field{.name = "probability",
          .type = Type::real,
          .help =
              "How probable it is that it is harmful, by its score and your verdicts on users drawn at random; null "
              "until there are enough of them.",
          .use = Use::computed,
          .is_column = false,
          .filterable = false},
    Field{.name = "tie",
          .type = Type::real,
          .help = "A hash of the id, so that the order of equal scores has no meaning.",
          .use = Use::filter_only,
          .is_column = false,
          .nullable = false,
          .filterable = false},
    Field{.name = "cohorts",
          .type = Type::cohorts,
          .help = "The cohorts that it belongs to, by id, the largest first.",
          .use = Use::computed,
          .is_column = false,
          .nullable = false,
          .filterable = false},
    Field{.name = "signals",
          .type = Type::signals,
          .help = "Its score, and the signals behind it.",
          .use = Use::computed,
          .is_column = false},
};

constexpr Field kAccountOfUser{.name = "account_id",
                               .type = Type::integer,
                               .help = "Number of the watched X account that the user was seen at.",
                               .use = Use::filter_only,
                               .is_column = false};

constexpr std::array kPostFields{
    Field{.name = "id", .type = Type::bigint, .help = "Number of the post on X.", .nullable = false},
    Field{.name = "id_str",
          .type = Type::text,
          .help = "The same as text, because numbers beyond 2^53 are not exact in JavaScript.",
          .is_column = false,
          .nullable = false,
          .filterable = false},
    Field{.name = "user_id", .type = Type::integer, .help = "The user whose timeline it was seen in."},
    kAccountOfUser,
    Field{.name = "timestamp", .type = Type::date_time, .help = "When it was posted."},
    Field{.name = "username", .type = Type::text, .help = "Display name of the author."},
    Field{.name = "handle", .type = Type::text, .help = "Handle of the author.", .is_handle = true},
    Field{.name = "text", .type = Type::text, .help = "Its text.", .searched = true, .is_long = true},
    Field{.name = "reposts", .type = Type::integer, .help = "How often it was reposted."},
    Field{.name = "likes", .type = Type::integer, .help = "How often it was liked."},
    Field{.name = "replies", .type = Type::integer, .help = "How often it was answered."},
    Field{.name = "views", .type = Type::integer, .help = "How often it was seen."},
    Field{.name = "repost", .type = Type::boolean, .help = "The user reposted another user's post."},
};

constexpr std::array kClassificationFields{
    Field{.name = "user_id", .type = Type::integer, .help = "Number of the X user.", .nullable = false},
    kAccountOfUser,
    Field{.name = "harmful", .type = Type::boolean, .help = "The user is harmful."},
    Field{.name = "inactive", .type = Type::boolean, .help = "The user is inactive."},
    Field{.name = "classified_at", .type = Type::date_time, .help = "When the verdict was given."},
    Field{.name = "notes", .type = Type::text, .help = "Notes of the operator.", .searched = true, .is_long = true},
};

constexpr std::array kActionFields{
    Field{.name = "id", .type = Type::integer, .help = "Number of the action.", .nullable = false},
    Field{.name = "user_id", .type = Type::integer, .help = "Number of the X user."},
    kAccountOfUser,
    Field{.name = "action_type", .type = Type::text, .help = "What was done, for example `block`."},
    Field{.name = "timestamp", .type = Type::date_time, .help = "When it was done."},
    Field{.name = "notes", .type = Type::text, .help = "Notes of the operator.", .searched = true, .is_long = true},
};

constexpr std::array kSnoozeFields{
    Field{.name = "user_id", .type = Type::bigint, .help = "Number of the X user.", .nullable = false},
    kAccountOfUser,
    Field{.name = "until",
          .type = Type::date_time,
          .help = "Triage leaves the user out until then; a time that has passed leaves nobody out.",
          .nullable = false},
    Field{.name = "created_at", .type = Type::date_time, .help = "When it was set.", .nullable = false},
};

constexpr std::array kPlannedActionFields{
    Field{.name = "id", .type = Type::bigint, .help = "Number of the planned action.", .nullable = false},
    Field{.name = "user_id", .type = Type::bigint, .help = "Number of the X user.", .nullable = false},
    kAccountOfUser,
    Field{.name = "handle",
          .type = Type::text,
          .help = "Its handle when the action was planned, without `@`.",
          .searched = true,
          .is_handle = true},
    Field{.name = "action_type",
          .type = Type::text,
          .help = "What shall be done, for example `block`.",
          .nullable = false},
    Field{.name = "state",
          .type = Type::text,
          .help = "`planned`, `claimed` by a worker, `done`, `failed` or `cancelled`.",
          .is_column = false,
          .choices = kPlanStates,
          .nullable = false},
    Field{.name = "cause", .type = Type::text, .help = "Why, in words.", .searched = true, .is_long = true},
    Field{.name = "evidence",
          .type = Type::json,
          .help = "Its score and the signals behind it when the action was planned.",
          .use = Use::on_request},
    Field{.name = "not_before", .type = Type::date_time, .help = "No worker gets it earlier."},
    Field{.name = "attempts",
          .type = Type::integer,
          .help = "How often a worker has tried; one that is at it counts.",
          .is_column = false,
          .nullable = false},
    Field{
        .name = "worker", .type = Type::text, .help = "Name of the worker that has it, or had it.", .is_column = false},
    Field{.name = "lease_until",
          .type = Type::date_time,
          .help = "The worker has it until then; what is not reported by then is `planned` again.",
          .is_column = false},
    Field{.name = "created_at", .type = Type::date_time, .help = "When it was planned.", .nullable = false},
    Field{.name = "finished_at", .type = Type::date_time, .help = "When it was done, given up or cancelled."},
    Field{.name = "notes", .type = Type::text, .help = "Notes of the worker.", .searched = true, .is_long = true},
};

constexpr std::array kExemptionFields{
    Field{.name = "id",
          .type = Type::bigint,
          .help = "Number of the exemption.",
          .use = Use::filter_only,
          .nullable = false},
    Field{.name = "handle",
          .type = Type::text,
          .help = "A handle, in lower case and without `@`, about which nothing is planned.",
          .nullable = false,
          .searched = true,
          .is_handle = true},
    Field{.name = "created_at", .type = Type::date_time, .help = "When it was exempted.", .nullable = false},
};

constexpr Field kUserOfEdit{.name = "user_id",
                            .type = Type::bigint,
                            .help = "Number of an X user that it is about.",
                            .use = Use::filter_only,
                            .is_column = false};

constexpr std::array kEditFields{
    Field{.name = "id", .type = Type::text, .help = "A UUID; those of later edits are greater.", .nullable = false},
    kUserOfEdit,
    Field{.name = "at", .type = Type::date_time, .help = "When it was made.", .nullable = false},
    Field{.name = "operator", .type = Type::text, .help = "Username of the operator."},
    Field{.name = "kind",
          .type = Type::text,
          .help = "What was done: `undo`, `redo`, or as `event` in the log.",
          .nullable = false},
    Field{.name = "users", .type = Type::integer, .help = "How many X users it is about.", .nullable = false},
    Field{.name = "summary",
          .type = Type::text,
          .help = "What was done, in words.",
          .nullable = false,
          .searched = true,
          .is_long = true},
    Field{.name = "undoes", .type = Type::text, .help = "The edit that it takes back."},
    Field{.name = "undone_by", .type = Type::text, .help = "The edit that takes it back."},
};

constexpr std::array kAlertFields{
    Field{.name = "id",
          .type = Type::bigint,
          .help = "Number of the alert, the same in each delivery.",
          .nullable = false},
    Field{.name = "at", .type = Type::date_time, .help = "When it was noticed.", .nullable = false},
    Field{.name = "kind",
          .type = Type::text,
          .help = "`new_wave`, `harmful_share`, `followers_drop`, `core_silent`, `data_quality`, `new_login_address`, "
                  "`refresh_reuse`, `backup_failed`, `queue_stuck`, `digest` or `test`.",
          .nullable = false},
    Field{.name = "text",
          .type = Type::text,
          .help = "What happened, in words.",
          .nullable = false,
          .searched = true,
          .is_long = true},
    Field{.name = "data",
          .type = Type::json,
          .help = "The figures behind it, and `link` into the console.",
          .nullable = false},
    Field{.name = "delivered_at",
          .type = Type::date_time,
          .help = "When the last channel confirmed it; null as long as one has not, and without channels.",
          .is_column = false},
    Field{.name = "error",
          .type = Type::text,
          .help = "Why channels have not confirmed it yet.",
          .is_column = false,
          .is_long = true},
};

constexpr std::array kLogFields{
    Field{.name = "id", .type = Type::bigint, .help = "Number of the entry.", .nullable = false},
    Field{.name = "time", .type = Type::date_time, .help = "When it happened.", .nullable = false},
    Field{.name = "level", .type = Type::text, .help = "How serious it is.", .choices = kLevels, .nullable = false},
    Field{.name = "event", .type = Type::text, .help = "What kind of entry it is.", .nullable = false},
    Field{.name = "operator", .type = Type::text, .help = "Username of the operator."},
    Field{.name = "address", .type = Type::text, .help = "IP address of the client."},
    Field{.name = "request_id", .type = Type::text, .help = "`X-Request-ID` of the request."},
    Field{.name = "user_id", .type = Type::bigint, .help = "The X user that was changed."},
    Field{.name = "before", .type = Type::json, .help = "The row before the change."},
    Field{.name = "after", .type = Type::json, .help = "The row after the change."},
    Field{.name = "message", .type = Type::text, .help = "Details.", .searched = true, .is_long = true},
    Field{.name = "edit_id", .type = Type::text, .help = "The edit that the change was part of."},
};

}  // namespace

const Resource kAccounts{
    .name = "accounts", .title = "Account", .table = "accounts", .key = "id", .fields = kAccountFields};
const Resource kUsers{
    .name = "users", .title = "User", .table = "users", .key = "id", .fields = kUserFields, .user = "id"};
const Resource kPosts{.name = "posts",
                      .title = "Post",
                      .table = "posts",
                      .key = "id",
                      .fields = kPostFields,
                      .user = "user_id",
                      .since = Generation::v2};
const Resource kClassifications{.name = "classifications",
                                .title = "Classification",
                                .table = "classification",
                                .key = "user_id",
                                .fields = kClassificationFields,
                                .user = "user_id",
                                .since = Generation::v2};
const Resource kActions{.name = "actions",
                        .title = "Action",
                        .table = "actions",
                        .key = "id",
                        .fields = kActionFields,
                        .user = "user_id",
                        .since = Generation::v2};
const Resource kSnoozes{.name = "snoozes",
                        .title = "Snooze",
                        .table = "watchdxg_snooze",
                        .key = "user_id",
                        .fields = kSnoozeFields,
                        .user = "user_id",
                        .of_core = false};
const Resource kPlannedActions{.name = "planned-actions",
                               .title = "PlannedAction",
                               .table = "watchdxg_planned_action",
                               .key = "id",
                               .fields = kPlannedActionFields,
                               .user = "user_id",
                               .of_core = false};
const Resource kExemptions{.name = "exemptions",
                           .title = "Exemption",
                           .table = "watchdxg_exemption",
                           .key = "id",
                           .fields = kExemptionFields,
                           .of_core = false};
const Resource kEdits{.name = "edits",
                      .title = "Edit",
                      .table = "watchdxg_edit",
                      .key = "id",
                      .fields = kEditFields,
                      .of_core = false,
                      .newest_first = true};
const Resource kAlerts{.name = "alerts",
                       .title = "Alert",
                       .table = "watchdxg_alert",
                       .key = "id",
                       .fields = kAlertFields,
                       .of_core = false,
                       .newest_first = true};
const Resource kLogs{.name = "logs",
                     .title = "LogEntry",
                     .table = "watchdxg_log",
                     .key = "id",
                     .fields = kLogFields,
                     .of_core = false,
                     .newest_first = true};

std::span<const Resource* const> all_resources() {
    static constexpr std::array kResources{&kAccounts, &kUsers,          &kPosts,      &kClassifications, &kActions,
                                           &kSnoozes,  &kPlannedActions, &kExemptions, &kEdits,           &kAlerts,
                                           &kLogs};
    return kResources;
}

const Column* View::find(std::string_view name) const {
    const auto found =
        std::find_if(columns.begin(), columns.end(), [&](const Column& column) { return column.field->name == name; });
    return found == columns.end() ? nullptr : &*found;
}

}  // namespace wdx::model
