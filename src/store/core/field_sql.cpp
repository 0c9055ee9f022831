#include "store/core/field_sql.hpp"

#include "store/core/column_sql.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace wdx::store {
namespace {

constexpr std::string_view kOfUser = "u.account_id";
constexpr std::string_view kWithinUsers = "t.user_id IN (SELECT u.id FROM users AS u WHERE {})";

// Of a planned action, whose lease may have run out.
constexpr std::string_view kPlanStateSql =
    "CASE WHEN t.state = 'claimed' AND t.lease_until <= statement_timestamp() THEN 'planned' ELSE t.state END";
constexpr std::string_view kPlanAttemptsSql =
    "t.attempts - (t.state = 'claimed' AND t.lease_until <= statement_timestamp())::integer";
constexpr std::string_view kPlanWorkerSql =
    "CASE WHEN t.state <> 'claimed' OR t.lease_until > statement_timestamp() THEN t.worker END";
constexpr std::string_view kPlanLeaseSql =
    "CASE WHEN t.state = 'claimed' AND t.lease_until > statement_timestamp() THEN t.lease_until END";

// Of an alert: what its channels say together.
constexpr std::string_view kDeliveredSql =
    "(SELECT CASE WHEN bool_and(d.delivered_at IS NOT NULL) THEN max(d.delivered_at) END"
    " FROM watchdxg_alert_delivery AS d WHERE d.alert_id = t.id)";
constexpr std::string_view kAlertErrorSql =
    "(SELECT string_agg(d.channel || ': ' || d.error, ' | ' ORDER BY d.channel)"
    " FROM watchdxg_alert_delivery AS d WHERE d.alert_id = t.id AND d.delivered_at IS NULL)";

constexpr std::array kFields{
    FieldSql{"users", "risk", "s.risk"},
    FieldSql{"users", "rank", "s.rank"},
    FieldSql{"users", "probability", kProbabilitySql},
    FieldSql{"users", "tie", "s.tie"},
    FieldSql{"posts", "id_str", "t.id::text"},
    FieldSql{"posts", "account_id", kOfUser, kWithinUsers},
    FieldSql{"classifications", "account_id", kOfUser, kWithinUsers},
    FieldSql{"actions", "account_id", kOfUser, kWithinUsers},
    FieldSql{"snoozes", "account_id", kOfUser, kWithinUsers},
    FieldSql{"planned-actions", "account_id", "nullif(t.account_id, -1)"},
    FieldSql{"planned-actions", "state", kPlanStateSql},
    FieldSql{"planned-actions", "attempts", kPlanAttemptsSql},
    FieldSql{"planned-actions", "worker", kPlanWorkerSql},
    FieldSql{"planned-actions", "lease_until", kPlanLeaseSql},
    FieldSql{"alerts", "delivered_at", kDeliveredSql},
    FieldSql{"alerts", "error", kAlertErrorSql},
    FieldSql{"edits", "user_id", "r.user_id", "t.id IN (SELECT r.edit_id FROM watchdxg_edited_row AS r WHERE {})"},
};

}  // namespace

const FieldSql* find_field_sql(const model::Resource& resource, const model::Field& field) {
    const auto* const found = std::find_if(kFields.begin(), kFields.end(), [&](const FieldSql& known) {
        return known.resource == resource.name && known.field == field.name;
    });
    return found == kFields.end() ? nullptr : found;
}

std::string user_id_sql(const model::Resource& resource) {
    return fmt::format("t.{}", resource.user);
}

}  // namespace wdx::store
