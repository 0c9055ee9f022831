#include "store/edits/row_sql.hpp"

#include "store/core/column_sql.hpp"

#include <fmt/format.h>

namespace wdx::store {
namespace {

std::string time_sql(std::string_view row, std::string_view column) {
    return json_time_sql(fmt::format("{}.{}", row, column));
}

std::string planned_action_members(std::string_view row) {
    return fmt::format(
        "'id', {0}.id, 'user_id', {0}.user_id, 'handle', {0}.handle, 'action_type', {0}.action_type,"
        " 'state', {0}.state, 'cause', {0}.cause, 'not_before', {1}, 'attempts', {0}.attempts, 'worker', {0}.worker,"
        " 'lease_until', {2}, 'created_at', {3}, 'finished_at', {4}, 'notes', {0}.notes",
        row, time_sql(row, "not_before"), time_sql(row, "lease_until"), time_sql(row, "created_at"),
        time_sql(row, "finished_at"));
}

}  // namespace

std::string verdict_row_sql(std::string_view row) {
    return fmt::format(
        "json_build_object('user_id', {0}.user_id, 'harmful', {0}.harmful, 'inactive', {0}.inactive,"
        " 'classified_at', {1}, 'notes', {0}.notes)",
        row, time_sql(row, "classified_at"));
}

std::string action_row_sql(std::string_view row) {
    return fmt::format(
        "json_build_object('id', {0}.id, 'user_id', {0}.user_id, 'action_type', {0}.action_type, 'timestamp', {1},"
        " 'notes', {0}.notes)",
        row, time_sql(row, "timestamp"));
}

std::string snooze_row_sql(std::string_view row) {
    return fmt::format("json_build_object('user_id', {}.user_id, 'until', {}, 'created_at', {})", row,
                       time_sql(row, "until"), time_sql(row, "created_at"));
}

std::string claimed_action_row_sql(std::string_view row) {
    return fmt::format("json_build_object({}, 'lease', {}.lease)", planned_action_members(row), row);
}

std::string planned_action_row_sql(std::string_view row) {
    return fmt::format("json_build_object({})", planned_action_members(row));
}
std::string exemption_row_sql(std::string_view row) {
    return fmt::format("json_build_object('handle', {}.handle, 'created_at', {})", row, time_sql(row, "created_at"));
}

}  // namespace wdx::store
