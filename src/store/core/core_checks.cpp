#include "store/core/core_checks.hpp"

namespace wdx::store {
namespace {

// Rights to a sequence come from no right to its table.
constexpr std::string_view kListMissingRights = R"sql(
    SELECT format('%s ON %s', string_agg(p.privilege, ', ' ORDER BY p.privilege), t.relation)
      FROM unnest(ARRAY[to_regclass('classification'), to_regclass('actions')]) AS t (relation),
           unnest(ARRAY['INSERT', 'UPDATE', 'DELETE']) AS p (privilege)
     WHERE NOT has_table_privilege(t.relation, p.privilege)
     GROUP BY t.relation
    UNION ALL
    SELECT format('USAGE ON SEQUENCE %s', s.sequence)
      FROM pg_get_serial_sequence(to_regclass('actions')::text, 'id') AS s (sequence)
     WHERE NOT has_sequence_privilege(s.sequence, 'USAGE')
     ORDER BY 1)sql";

constexpr std::string_view kGrantToUs = "SELECT format('GRANT %s TO %I;', $1::text, current_user)";

constexpr std::string_view kHasUpdateTrigger = R"sql(
    SELECT EXISTS (SELECT
                     FROM pg_catalog.pg_trigger
                    WHERE tgrelid = to_regclass('users')
                      AND tgname = 'set_last_updated'))sql";

}  // namespace

std::vector<std::string> list_missing_rights(db::Session& session) {
    const db::Rows rows = session.execute(kListMissingRights);
    std::vector<std::string> missing;
    for (int i = 0; i < rows.size(); ++i) missing.emplace_back(rows[i].text(0));
    return missing;
}

std::string grant_to_us(db::Session& session, std::string_view right) {
    return std::string(session.execute(kGrantToUs, {right}).front().text(0));
}

bool has_update_trigger(db::Session& session) {
    return session.execute(kHasUpdateTrigger).front().boolean(0);
}

}  // namespace wdx::store
