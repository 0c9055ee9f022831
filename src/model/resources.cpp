#include "model/resource.hpp"

#include <algorithm>
#include <array>

namespace wdx::model {
namespace {

constexpr std::array<std::string_view, 3> kLevels{"info", "warning", "error"};

constexpr std::array kAccountFields{
    Field{.name = "id", .type = Type::integer, .help = "Number of the X account.", .nullable = false},
    Field{.name = "handle", .type = Type::text, .help = "Its handle, without `@`.", .searched = true},
};

constexpr std::array kUserFields{
    Field{.name = "id", .type = Type::integer, .help = "Number of the X user.", .nullable = false},
    Field{.name = "account_id", .type = Type::integer, .help = "The watched X account that it was seen at."},
    Field{.name = "handle", .type = Type::text, .help = "Its handle, without `@`.", .searched = true},
    Field{.name = "username", .type = Type::text, .help = "Its display name.", .searched = true},
    Field{.name = "certified", .type = Type::boolean, .help = "It has a blue mark.", .use = Use::on_request},
    Field{.name = "bio", .type = Type::text, .help = "What it says of itself.", .searched = true, .is_long = true},
    Field{.name = "created_at", .type = Type::date, .help = "When it joined X; exact to the month."},
    Field{.name = "following_count", .type = Type::integer, .help = "How many it follows."},
    Field{.name = "followers_count", .type = Type::integer, .help = "How many follow it."},
    Field{.name = "following_str",
          .type = Type::text,
          .help = "`following_count` as X displayed it.",
          .use = Use::on_request},
    Field{.name = "followers_str",
          .type = Type::text,
          .help = "`followers_count` as X displayed it.",
          .use = Use::on_request},
    Field{.name = "featured_url", .type = Type::text, .help = "The link of its profile.", .is_long = true},
    Field{.name = "follower", .type = Type::boolean, .help = "It follows the X account."},
    Field{.name = "last_updated",
          .type = Type::date_time,
          .help = "When watchdxg-core last wrote the row.",
          .use = Use::on_request},
    Field{.name = "classification",
          .type = Type::verdict,
          .help = "The verdict on it; null when there is none.",
          .use = Use::on_request},
    Field{.name = "risk",
          .type = Type::real,
          .help = "The score that its signals give, 0 to 1; null when nothing is known of it. Filtering or ordering by "
                  "it looks at all users that meet the other conditions.",
          .use = Use::computed,
          .sql = "s.risk"},
    Field{.name = "signals",
          .type = Type::signals,
          .help = "The score and the signals that it is made of.",
          .use = Use::computed},
};

constexpr std::string_view kWithinUsers = "t.user_id IN (SELECT u.id FROM users AS u WHERE {})";
constexpr Field kAccountOfUser{.name = "account_id",
                               .type = Type::integer,
                               .help = "The watched X account of the user.",
                               .use = Use::filter_only,
                               .sql = "u.account_id",
                               .within = kWithinUsers};

constexpr std::array kPostFields{
    Field{.name = "id", .type = Type::bigint, .help = "Number of the post on X.", .nullable = false},
    Field{.name = "id_str",
          .type = Type::text,
          .help = "The same as text: numbers beyond 2^53 are not exact in JavaScript.",
          .sql = "t.id::text",
          .nullable = false,
          .filterable = false},
    Field{.name = "user_id", .type = Type::integer, .help = "The user in whose timeline it was seen."},
    kAccountOfUser,
    Field{.name = "timestamp", .type = Type::date_time, .help = "When it was posted."},
    Field{.name = "username", .type = Type::text, .help = "Display name of its author."},
    Field{.name = "handle", .type = Type::text, .help = "Handle of its author."},
    Field{.name = "text", .type = Type::text, .help = "What it says.", .searched = true, .is_long = true},
    Field{.name = "reposts", .type = Type::integer, .help = "How often it was reposted."},
    Field{.name = "likes", .type = Type::integer, .help = "How often it was liked."},
    Field{.name = "replies", .type = Type::integer, .help = "How often it was answered."},
    Field{.name = "views", .type = Type::integer, .help = "How often it was seen."},
    Field{.name = "repost", .type = Type::boolean, .help = "The user reposted it from somebody else."},
};

constexpr std::array kClassificationFields{
    Field{.name = "user_id", .type = Type::integer, .help = "The user.", .nullable = false},
    kAccountOfUser,
    Field{.name = "harmful", .type = Type::boolean, .help = "The user does harm."},
    Field{.name = "inactive", .type = Type::boolean, .help = "The user is not active."},
    Field{.name = "classified_at", .type = Type::date_time, .help = "When the verdict was given."},
    Field{.name = "notes", .type = Type::text, .help = "Why.", .searched = true, .is_long = true},
};

constexpr std::array kActionFields{
    Field{.name = "id", .type = Type::integer, .help = "Number of the action.", .nullable = false},
    Field{.name = "user_id", .type = Type::integer, .help = "The user that it was about."},
    kAccountOfUser,
    Field{.name = "action_type", .type = Type::text, .help = "What was done, `block` for instance."},
    Field{.name = "timestamp", .type = Type::date_time, .help = "When."},
    Field{.name = "notes", .type = Type::text, .help = "Why.", .searched = true, .is_long = true},
};

constexpr std::array kLogFields{
    Field{.name = "id", .type = Type::bigint, .help = "Number of the entry.", .nullable = false},
    Field{.name = "time", .type = Type::date_time, .help = "When it happened.", .nullable = false},
    Field{.name = "level", .type = Type::text, .help = "How bad it is.", .choices = kLevels, .nullable = false},
    Field{.name = "event", .type = Type::text, .help = "What happened.", .nullable = false},
    Field{.name = "operator", .type = Type::text, .help = "Name of the operator.", .sql = "t.operator"},
    Field{.name = "address", .type = Type::text, .help = "From where."},
    Field{.name = "request_id", .type = Type::text, .help = "`X-Request-ID` of the request."},
    Field{.name = "user_id", .type = Type::bigint, .help = "The X user that was changed."},
    Field{.name = "before", .type = Type::json, .help = "The row before the change."},
    Field{.name = "after", .type = Type::json, .help = "The row after the change."},
    Field{.name = "message", .type = Type::text, .help = "Details.", .searched = true, .is_long = true},
};

}  // namespace

const Resource kAccounts{
    .name = "accounts", .title = "Account", .table = "accounts", .key = "id", .fields = kAccountFields};
const Resource kUsers{
    .name = "users", .title = "User", .table = "users", .key = "id", .fields = kUserFields, .user_id = "t.id"};
const Resource kPosts{
    .name = "posts", .title = "Post", .table = "posts", .key = "id", .fields = kPostFields, .user_id = "t.user_id"};
const Resource kClassifications{.name = "classifications",
                                .title = "Classification",
                                .table = "classification",
                                .key = "user_id",
                                .fields = kClassificationFields,
                                .user_id = "t.user_id"};
const Resource kActions{.name = "actions",
                        .title = "Action",
                        .table = "actions",
                        .key = "id",
                        .fields = kActionFields,
                        .user_id = "t.user_id"};
const Resource kLogs{.name = "logs",
                     .title = "LogEntry",
                     .table = "watchdxg_log",
                     .key = "id",
                     .fields = kLogFields,
                     .of_core = false,
                     .newest_first = true};

const Column* View::find(std::string_view name) const {
    const auto found =
        std::find_if(columns.begin(), columns.end(), [&](const Column& column) { return column.field->name == name; });
    return found == columns.end() ? nullptr : &*found;
}

}  // namespace wdx::model
