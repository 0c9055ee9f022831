#include "store/alerts/alert_store.hpp"

#include "alert/kinds.hpp"
#include "base/json_value.hpp"
#include "store/core/column_sql.hpp"
#include "store/journal/change_events.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <boost/json/array.hpp>
#include <fmt/format.h>

namespace wdx::store {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;

// A turn that ends later than any that is taken now was taken before the clock was set back.
constexpr db::Query kTakeTurn{"take_alert_turn", R"sql(
    UPDATE watchdxg_alert_state
       SET holder = $1::text,
           held_until = now() + $2::bigint * interval '1 second'
     WHERE holder = $1::text
        OR held_until IS NULL
        OR held_until < now()
        OR held_until > now() + $2::bigint * interval '1 second'
    RETURNING log_id)sql"};

constexpr db::Query kListConditions{"list_alert_conditions", R"sql(
    SELECT kind, subject, part, rows_known, rows_told, floor(extract(epoch FROM last_at))::bigint
      FROM watchdxg_alert_condition)sql"};

// Whoever looks.
constexpr db::Query kReadStatus{"read_alert_status", R"sql(
    SELECT (SELECT count(*)
              FROM watchdxg_alert_delivery
             WHERE next_attempt_at IS NOT NULL
               AND $1::jsonb ? channel),
           (SELECT floor(extract(epoch FROM max(time)))::bigint FROM watchdxg_log WHERE event = 'backup_made'),
           (SELECT floor(extract(epoch FROM max(time)))::bigint FROM watchdxg_log WHERE event = 'backup_failed'))sql"};

// $1 is the holder, $2 the lease, $3 AlertChanges as JSON, $4 the channels.  Only the holder writes; another process
// may have become it meanwhile.
const std::string kSaveSql = R"sql(
    WITH turn AS MATERIALIZED (
        UPDATE watchdxg_alert_state
           SET held_until = now() + $2::bigint * interval '1 second',
               log_id = coalesce(($3::jsonb->>'log_id')::bigint, log_id),
               digest_at = coalesce(($3::jsonb->>'digest_at')::timestamptz, digest_at)
         WHERE holder = $1::text
        RETURNING true AS ours
    ), dropped AS (
        DELETE FROM watchdxg_alert_condition AS c
         USING turn, jsonb_to_recordset($3::jsonb->'dropped') AS d (kind text, subject text, part text)
         WHERE c.kind = d.kind
           AND c.subject = d.subject
           AND c.part = d.part
    ), put AS (
        INSERT INTO watchdxg_alert_condition (kind, subject, part, since, last_at, rows_known, rows_told)
        SELECT p.kind, p.subject, p.part, now(), 'epoch'::timestamptz + p.last_at * interval '1 second', p.rows_known,
               p.rows_told
          FROM turn, jsonb_to_recordset($3::jsonb->'put')
               AS p (kind text, subject text, part text, last_at bigint, rows_known bigint, rows_told bigint)
            ON CONFLICT (kind, subject, part) DO UPDATE
           SET last_at = excluded.last_at, rows_known = excluded.rows_known, rows_told = excluded.rows_told
    ), written AS (
        INSERT INTO watchdxg_alert (at, kind, text, data, html)
        SELECT date_trunc('milliseconds', now()), a.one->>'kind', a.one->>'text', a.one->'data', a.one->>'html'
          FROM turn, jsonb_array_elements($3::jsonb->'alerts') WITH ORDINALITY AS a (one, place)
         ORDER BY a.place
        RETURNING id
    ), on_its_way AS (
        INSERT INTO watchdxg_alert_delivery (alert_id, channel, next_attempt_at)
        SELECT written.id, c.channel, now()
          FROM written, jsonb_array_elements_text($4::jsonb) AS c (channel)
    ), changed AS (
        SELECT NULL::integer AS account_id, id
          FROM written
    ))sql" + change_events_sql(std::array{ChangedTable{"alerts", "changed"}}, "NULL::text") +
                             " SELECT count(*) FROM turn";
const db::Query kSave{"save_alerts", kSaveSql};

const std::string kTestSql = R"sql(
    WITH written AS (
        INSERT INTO watchdxg_alert (at, kind, text, data)
        VALUES (date_trunc('milliseconds', now()), $1::text, $2::text, $3::jsonb)
        RETURNING id, at
    ), on_its_way AS (
        INSERT INTO watchdxg_alert_delivery (alert_id, channel, attempts)
        SELECT written.id, c.channel, 1
          FROM written, jsonb_array_elements_text($4::jsonb) AS c (channel)
    ), changed AS (
        SELECT NULL::integer AS account_id, id
          FROM written
    ))sql" + change_events_sql(std::array{ChangedTable{"alerts", "changed"}}, "NULL::text") +
                             " SELECT id, " + json_time_sql("at") + " FROM written";
const db::Query kTest{"add_test_alert", kTestSql};

// The row is due again when the lease ends: whoever has it may have been killed.  One that is due later than in $3
// seconds waits for a time from before the clock was set back.
const std::string kClaimSql = R"sql(
    WITH due AS MATERIALIZED (
        SELECT alert_id, channel
          FROM watchdxg_alert_delivery
         WHERE channel = $1::text
           AND (next_attempt_at <= now() OR next_attempt_at > now() + $3::bigint * interval '1 second')
         ORDER BY alert_id
         LIMIT 1
           FOR UPDATE SKIP LOCKED
    )
    UPDATE watchdxg_alert_delivery AS d
       SET attempts = d.attempts + 1,
           next_attempt_at = now() + $2::bigint * interval '1 second'
      FROM due
      JOIN watchdxg_alert AS a ON a.id = due.alert_id
     WHERE d.alert_id = due.alert_id
       AND d.channel = due.channel
    RETURNING a.id, a.kind, a.text, a.data::text, )sql" +
                              json_time_sql("a.at") + ", a.html, a.data->>'link', d.attempts";
const db::Query kClaim{"claim_alert", kClaimSql};

// $3 is the attempt: one whose lease has ended, so that another has begun, changes nothing but to confirm.
const std::string kSettleSql = R"sql(
    WITH settled AS (
        UPDATE watchdxg_alert_delivery
           SET delivered_at = CASE WHEN $4::text = '' THEN now() END,
               error = nullif($4::text, ''),
               next_attempt_at = CASE WHEN $4::text <> '' THEN now() + $5::bigint * interval '1 millisecond' END
         WHERE alert_id = $1::bigint
           AND channel = $2::text
           AND delivered_at IS NULL
           AND (attempts = $3::bigint OR $4::text = '')
        RETURNING alert_id AS id
    ), changed AS (
        SELECT NULL::integer AS account_id, id
          FROM settled
    ))sql" + change_events_sql(std::array{ChangedTable{"alerts", "changed"}}, "NULL::text") +
                               " SELECT count(*) FROM settled";
const db::Query kSettle{"settle_alert", kSettleSql};

constexpr db::Query kPrune{"prune_alerts", R"sql(
    WITH deleted AS (
        DELETE FROM watchdxg_alert
         WHERE id = ANY (ARRAY(SELECT id
                                 FROM watchdxg_alert
                                WHERE at < now() - $1::bigint * interval '1 second'
                                ORDER BY at
                                LIMIT $2::bigint
                                  FOR UPDATE SKIP LOCKED))
        RETURNING id
    ), deliveries AS (
        DELETE FROM watchdxg_alert_delivery
         WHERE alert_id IN (SELECT id FROM deleted)
    )
    SELECT count(*) FROM deleted)sql"};

json::object json_of(const AlertCondition& condition) {
    json::object out{{"kind", condition.kind},
                     {"subject", condition.subject},
                     {"part", condition.part},
                     {"last_at", condition.last_at.time_since_epoch().count()}};
    if (condition.rows) {
        out["rows_known"] = condition.rows->known;
        if (condition.rows->told) out["rows_told"] = *condition.rows->told;
    }
    return out;
}

json::object data_of(const alert::Said& said, const std::string& public_url) {
    json::object data = said.data;
    if (!public_url.empty()) data["link"] = public_url + "/admin/#" + std::string(alert::page_of(said.kind));
    return data;
}

json::array list_of(const std::vector<AlertCondition>& conditions) {
    json::array out;
    for (const AlertCondition& condition : conditions) out.push_back(json_of(condition));
    return out;
}

std::string json_of(const AlertChanges& changes, const std::string& public_url) {
    json::array alerts;
    for (const alert::Said& said : changes.alerts) {
        json::object one{{"kind", json::string(said.kind)}, {"text", said.text}, {"data", data_of(said, public_url)}};
        if (!said.html.empty()) one["html"] = said.html;
        alerts.push_back(std::move(one));
    }
    json::object out{
        {"alerts", std::move(alerts)}, {"put", list_of(changes.put)}, {"dropped", list_of(changes.dropped)}};
    if (changes.log_id) out["log_id"] = *changes.log_id;
    if (changes.digest_at) out["digest_at"] = *changes.digest_at;
    return base::json_text(out);
}

AlertCondition read_condition(const db::Row& row) {
    AlertCondition condition{.kind = std::string(row.text(0)),
                             .subject = std::string(row.text(1)),
                             .part = std::string(row.text(2)),
                             .last_at = std::chrono::sys_seconds(std::chrono::seconds(row.integer(5)))};
    if (!row.is_null(3)) condition.rows = {row.integer(3), row.optional_integer(4), condition.last_at};
    return condition;
}

}  // namespace

AlertStore::AlertStore(db::Pool& pool, std::string holder, const std::vector<std::string>& channels)
    : pool_(pool), holder_(std::move(holder)) {
    json::array list;
    for (const std::string& channel : channels) list.push_back(json::string(channel));
    channels_ = base::json_text(list);
}

asio::awaitable<AlertTurn> AlertStore::take_turn(std::chrono::seconds lease) {
    db::Batch batch;
    const std::size_t turn = batch.add(kTakeTurn, {holder_, static_cast<std::int64_t>(lease.count())});
    const std::size_t conditions = batch.add(kListConditions, {});
    const std::size_t status = batch.add(kReadStatus, {channels_});
    co_await pool_.execute(batch, db::Work::write);
    AlertTurn taken;
    const db::Row read = batch.rows(status).front();
    taken.status = {.undelivered = read.integer(0),
                    .backup_made = read.optional_integer(1),
                    .backup_failed = read.optional_integer(2)};
    if (batch.rows(turn).empty()) co_return taken;
    taken.is_ours = true;
    taken.log_id = batch.rows(turn).front().optional_integer(0);
    const db::Rows& rows = batch.rows(conditions);
    for (int i = 0; i < rows.size(); ++i) taken.conditions.push_back(read_condition(rows[i]));
    co_return taken;
}

asio::awaitable<bool> AlertStore::save(const AlertChanges& changes, std::chrono::seconds lease,
                                       const std::string& public_url) {
    if (changes.is_empty()) co_return true;
    db::Batch batch;
    batch.add(kLockChanges, {});
    const std::size_t index =
        batch.add(kSave, {holder_, static_cast<std::int64_t>(lease.count()), json_of(changes, public_url), channels_});
    co_await pool_.execute(batch, db::Work::edit);
    co_return batch.rows(index).front().integer(0) > 0;
}

asio::awaitable<ClaimedAlert> AlertStore::add_test(const alert::Said& said, const std::string& public_url) {
    const json::object data = data_of(said, public_url);
    const std::string text = base::json_text(data);
    db::Batch batch;
    batch.add(kLockChanges, {});
    const std::size_t index = batch.add(kTest, {said.kind, said.text, text, channels_});
    co_await pool_.execute(batch, db::Work::edit);
    const db::Row row = batch.rows(index).front();
    ClaimedAlert claimed{{.id = row.integer(0),
                          .kind = std::string(said.kind),
                          .text = said.text,
                          .data = text,
                          .at = std::string(row.text(1))},
                         1};
    const auto* const link = data.if_contains("link");
    if (link != nullptr) claimed.message.link = std::string(std::string_view(link->as_string()));
    co_return claimed;
}

asio::awaitable<std::optional<ClaimedAlert>> AlertStore::claim(std::string_view channel, std::chrono::seconds lease,
                                                               std::chrono::seconds longest_pause) {
    db::Batch batch;
    const auto longest = static_cast<std::int64_t>(std::max(lease, longest_pause).count());
    const std::size_t index = batch.add(kClaim, {channel, static_cast<std::int64_t>(lease.count()), longest});
    co_await pool_.execute(batch, db::Work::write);
    if (batch.rows(index).empty()) co_return std::nullopt;
    const db::Row row = batch.rows(index).front();
    co_return ClaimedAlert{{.id = row.integer(0),
                            .kind = std::string(row.text(1)),
                            .text = std::string(row.text(2)),
                            .data = std::string(row.text(3)),
                            .at = std::string(row.text(4)),
                            .html = std::string(row.optional_text(5).value_or("")),
                            .link = std::string(row.optional_text(6).value_or(""))},
                           row.integer(7)};
}

asio::awaitable<void> AlertStore::settle(const ClaimedAlert& claimed, std::string_view channel,
                                         const std::string& error, std::optional<std::chrono::milliseconds> pause) {
    std::optional<std::int64_t> milliseconds;
    if (pause) milliseconds = pause->count();
    db::Batch batch;
    batch.add(kLockChanges, {});
    batch.add(kSettle, {claimed.message.id, channel, claimed.attempt, error, milliseconds});
    co_await pool_.execute(batch, db::Work::edit);
}

asio::awaitable<std::int64_t> AlertStore::prune(std::chrono::seconds retention) {
    db::Batch batch;
    const std::size_t index = batch.add(kPrune, {static_cast<std::int64_t>(retention.count()), kPruneRows});
    co_await pool_.execute(batch, db::Work::write);
    co_return batch.rows(index).front().integer(0);
}

}  // namespace wdx::store
