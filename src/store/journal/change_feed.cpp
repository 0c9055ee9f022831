#include "store/journal/change_feed.hpp"

#include "base/json_writer.hpp"
#include "store/journal/change_events.hpp"

#include <fmt/format.h>

namespace wdx::store {
namespace {

namespace asio = boost::asio;

// One snapshot for the events and for what is gone before them.  The time is in microseconds since 2000.
constexpr db::Query kListEvents{"list_events", R"sql(
    SELECT state.last_id, state.pruned_id, event.id, event.table_name, event.account_id,
           replace(event.ids::text, ' ', ''),
           (extract(epoch FROM event.at - timestamptz '2000-01-01 00:00+00') * 1000000)::bigint, event.edit_id
      FROM watchdxg_event_state AS state
      LEFT JOIN LATERAL (SELECT id, table_name, account_id, ids, at, edit_id
                           FROM watchdxg_event
                          WHERE id > $1
                          ORDER BY id
                          LIMIT $2) AS event ON true
     ORDER BY event.id)sql"};

// What a table is now beside what was last seen.  An oid of 0: there is no such table.
// PostgreSQL counts rows of transactions that failed, too, and tells of all of them up to ten seconds late.  Those that
// failed are not among the rows modified since the table was last analyzed; where it was analyzed between two looks,
// nobody can tell, and all count.
constexpr const char* kSeen = R"sql(
    WITH present AS (
        SELECT w.table_name, w.relation, w.file, w.changes, w.own_changes, w.foreign_changes, w.modified, w.analyzed,
               w.failed_changes,
               coalesce(c.oid, 0) AS new_relation, coalesce(c.relfilenode, 0) AS new_file,
               coalesce(pg_stat_get_tuples_inserted(c.oid) + pg_stat_get_tuples_updated(c.oid)
                        + pg_stat_get_tuples_deleted(c.oid), 0) AS new_changes,
               coalesce(pg_stat_get_mod_since_analyze(c.oid), 0) AS new_modified,
               coalesce(pg_stat_get_analyze_count(c.oid) + pg_stat_get_autoanalyze_count(c.oid), 0) AS new_analyzed
          FROM watchdxg_watched_table AS w
          LEFT JOIN pg_catalog.pg_class AS c
            ON c.relname = w.table_name
           AND c.relkind = 'r'
           AND pg_catalog.pg_table_is_visible(c.oid)
    ), judged AS (
        SELECT *,
               relation IS DISTINCT FROM new_relation OR new_changes < changes AS counted_anew,
               failed_changes + CASE WHEN analyzed = new_analyzed
                                     THEN greatest(new_changes - changes - greatest(new_modified - modified, 0), 0)
                                     ELSE 0 END AS new_failed
          FROM present
    ), seen AS (
        SELECT *,
               relation IS DISTINCT FROM new_relation OR file IS DISTINCT FROM new_file
                   OR changes <> new_changes OR analyzed <> new_analyzed AS differs,
               new_changes - new_failed AS happened,
               foreign_changes - (new_changes - new_failed - own_changes) AS uncounted
          FROM judged
    ))sql";

const std::string kCompareTablesSql = std::string(kSeen) + R"sql(
    SELECT coalesce(bool_or(differs), false),
           coalesce(sum(uncounted) FILTER (WHERE uncounted > 0), 0)::bigint
      FROM seen)sql";
const db::Query kCompareTables{"compare_tables", kCompareTablesSql};

// The first look at a table is no event.
const std::string kNoteTablesSql = std::string(kSeen) + fmt::format(R"sql(, noted AS (
        UPDATE watchdxg_watched_table AS w
           SET relation = seen.new_relation,
               file = seen.new_file,
               changes = seen.new_changes,
               modified = seen.new_modified,
               analyzed = seen.new_analyzed,
               failed_changes = CASE WHEN seen.counted_anew THEN 0 ELSE seen.new_failed END,
               own_changes = CASE WHEN seen.counted_anew THEN 0 ELSE seen.own_changes END,
               foreign_changes = CASE WHEN seen.counted_anew THEN seen.new_changes
                                      WHEN $1::boolean THEN seen.happened - seen.own_changes
                                      ELSE greatest(seen.foreign_changes, seen.happened - seen.own_changes) END
          FROM seen
         WHERE w.table_name = seen.table_name
           AND (seen.differs OR ($1::boolean AND seen.uncounted > 0))
        RETURNING w.table_name,
                  seen.relation IS NOT NULL
                      AND (seen.counted_anew OR seen.file <> seen.new_file OR seen.uncounted < 0
                           OR ($1::boolean AND seen.uncounted > 0)) AS is_event
    ), event_group AS (
        SELECT table_name, row_number() OVER (ORDER BY table_name) AS number
          FROM noted
         WHERE is_event
    ), event_number AS (
        UPDATE watchdxg_event_state
           SET last_id = last_id + (SELECT count(*) FROM event_group)
         WHERE EXISTS (SELECT FROM event_group)
        RETURNING last_id - (SELECT count(*) FROM event_group) AS before,
                  pg_notify('{}', last_id::text) IS NULL AS is_told
    ), event_added AS (
        INSERT INTO watchdxg_event (id, table_name, account_id, ids, at)
        SELECT event_number.before + event_group.number, event_group.table_name, NULL, NULL, statement_timestamp()
          FROM event_group, event_number
    )
    SELECT count(*) FROM event_group)sql",
                                                                    kEventChannel);
const db::Query kNoteTables{"note_tables", kNoteTablesSql};

// The oldest ones up to the last that is old enough: what is left has no gap.
constexpr db::Query kPruneEvents{"prune_events", R"sql(
    WITH last AS (
        SELECT max(id) AS id
          FROM (SELECT id, at FROM watchdxg_event ORDER BY id LIMIT $2) AS oldest
         WHERE at < now() - $1::bigint * interval '1 second'
    ), told AS (
        UPDATE watchdxg_event_state
           SET pruned_id = last.id
          FROM last
         WHERE last.id IS NOT NULL
    )
    DELETE FROM watchdxg_event
     WHERE id <= (SELECT id FROM last))sql"};

std::string render_data(const db::Row& row) {
    std::string out = R"({"table":)";
    base::append_json_string(out, row.text(3));
    out += R"(,"account_id":)";
    out += row.is_null(4) ? "null" : std::to_string(row.integer(4));
    out += R"(,"ids":)";
    out += row.optional_text(5).value_or("null");
    out += R"(,"at":)";
    base::append_json_timestamp(out, row.integer(6));
    out += row.is_null(7) ? R"(,"edit_id":null)" : fmt::format(R"(,"edit_id":"{}")", row.text(7));
    return out + '}';
}

}  // namespace

std::size_t ChangeFeed::add_list(db::Batch& batch, std::int64_t after, std::int64_t limit) {
    return batch.add(kListEvents, {after, limit});
}

EventPage ChangeFeed::read_page(const db::Rows& rows) {
    if (rows.empty()) throw std::runtime_error("watchdxg_event_state has no row");
    EventPage page{.last_id = rows.front().integer(0), .pruned_id = rows.front().integer(1), .events = {}};
    for (int i = 0; i < rows.size(); ++i) {
        const db::Row row = rows[i];
        if (!row.is_null(2)) page.events.push_back({.id = row.integer(2), .data = render_data(row)});
    }
    return page;
}

asio::awaitable<EventPage> ChangeFeed::list_after(std::int64_t after, std::int64_t limit) {
    db::Batch batch;
    const std::size_t index = add_list(batch, after, limit);
    co_await pool_.execute(batch);
    co_return read_page(batch.rows(index));
}

asio::awaitable<TableComparison> ChangeFeed::compare_tables() {
    db::Batch batch;
    batch.add(kCompareTables, {});
    co_await pool_.execute(batch);
    const db::Row row = batch.rows(0).front();
    co_return TableComparison{.differs = row.boolean(0), .uncounted = row.integer(1)};
}

asio::awaitable<std::int64_t> ChangeFeed::note_tables(bool settle) {
    db::Batch batch;
    batch.add(kLockChanges, {});
    const std::size_t index = batch.add(kNoteTables, {settle ? "true" : "false"});
    co_await pool_.execute(batch, db::Work::edit);
    co_return batch.rows(index).front().integer(0);
}

asio::awaitable<std::int64_t> ChangeFeed::prune(std::chrono::seconds retention) {
    db::Batch batch;
    batch.add(kLockChanges, {});
    const std::size_t index = batch.add(kPruneEvents, {static_cast<std::int64_t>(retention.count()), kPruneRows});
    co_await pool_.execute(batch, db::Work::edit);
    co_return batch.rows(index).affected();
}

}  // namespace wdx::store
