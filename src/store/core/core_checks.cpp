#include "store/core/core_checks.hpp"

#include <fmt/format.h>

namespace wdx::store {
namespace {

// A partial index does not serve every list, an invalid one none.
constexpr std::string_view kFindIndex = R"sql(
    SELECT c.oid::regclass::text,
           c.relkind = 'p',
           EXISTS (SELECT
                     FROM pg_catalog.pg_index AS i
                     JOIN pg_catalog.pg_class AS index ON index.oid = i.indexrelid
                     JOIN pg_catalog.pg_am AS method ON method.oid = index.relam
                    WHERE i.indrelid = c.oid
                      AND method.amname = 'btree'
                      AND i.indisvalid
                      AND i.indpred IS NULL
                      AND (SELECT array_agg(a.attname::text ORDER BY key.position)
                             FROM generate_series(0, cardinality($2::text[]) - 1) AS key (position)
                             JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid
                                                              AND a.attnum = i.indkey[key.position]) = $2::text[])
      FROM pg_catalog.pg_class AS c
     WHERE c.relname = $1
       AND c.relkind IN ('r', 'p', 'm')
       AND pg_catalog.pg_table_is_visible(c.oid))sql";

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

std::optional<IndexState> find_index(db::Session& session, std::string_view table, std::string_view first,
                                     std::string_view second) {
    const db::Rows rows = session.execute(kFindIndex, {table, fmt::format("{{{},{}}}", first, second)});
    if (rows.empty()) return std::nullopt;
    const db::Row row = rows.front();
    return IndexState{.table = std::string(row.text(0)), .is_partitioned = row.boolean(1), .has_index = row.boolean(2)};
}

}  // namespace wdx::store
