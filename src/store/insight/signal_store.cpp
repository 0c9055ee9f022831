#include "store/insight/signal_store.hpp"

#include "model/signals.hpp"
#include "platform/numbers.hpp"
#include "store/insight/row_values.hpp"
#include "store/insight/signal_sources.hpp"

#include <iterator>
#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace wdx::store {
namespace {

namespace asio = boost::asio;
using model::Group;
using model::KeptSignals;
using model::Namesake;
using model::WaveChange;
using std::chrono::sys_days;

// A copy of the database has other transactions than the one that was read: it is told by these numbers.
constexpr db::Query kState{"signal_state", R"sql(
    SELECT concat_ws('/', (SELECT system_identifier FROM pg_control_system()),
                     (SELECT oid FROM pg_database WHERE datname = current_database()),
                     'watchdxg_signal'::regclass::oid, coalesce(to_regclass('users')::oid, 0),
                     coalesce(to_regclass('posts')::oid, 0),
                     (SELECT md5(string_agg(concat_ws(' ', attrelid, attnum, attname, atttypid), ',' ORDER BY attrelid, attnum))
                        FROM pg_attribute
                       WHERE attrelid IN (to_regclass('users'), to_regclass('posts')) AND attnum > 0)),
           s.source, s.horizon, s.day IS NOT DISTINCT FROM (now() AT TIME ZONE 'UTC')::date,
           txid_snapshot_xmax(txid_current_snapshot()),
           (SELECT coalesce(sum(pg_stat_get_tuples_inserted(c.oid) + pg_stat_get_tuples_updated(c.oid)
                                + pg_stat_get_tuples_deleted(c.oid) + c.relfilenode::bigint), 0)::bigint
              FROM pg_class AS c
             WHERE c.oid IN (to_regclass('users'), to_regclass('posts'))),
           (extract(epoch FROM statement_timestamp()) * 1000000)::bigint
      FROM watchdxg_signal_state AS s)sql"};

constexpr db::Query kTakeTurn{"signals_take_turn", R"sql(
    UPDATE watchdxg_signal_state
       SET holder = $1, held_until = now() + interval '20 seconds'
     WHERE holder IS NULL OR holder = $1 OR held_until < now()
    RETURNING 1)sql"};

constexpr db::Query kEndTurn{"signals_end_turn", R"sql(
    UPDATE watchdxg_signal_state
       SET holder = NULL, held_until = NULL,
           source = coalesce($2, source), horizon = coalesce($3::bigint, horizon),
           day = CASE WHEN $2 IS NULL THEN day ELSE (to_timestamp($4::bigint / 1000000.0) AT TIME ZONE 'UTC')::date END
     WHERE holder = $1)sql"};

/// What every statement of who has the turn begins with.
constexpr std::string_view kMine = R"sql(WITH mine AS (
        UPDATE watchdxg_signal_state
           SET held_until = now() + interval '20 seconds'
         WHERE holder = $1
        RETURNING is_only
    ))sql";

const std::string kRenewTurnSql = std::string(kMine) + " SELECT EXISTS (SELECT FROM mine)";
const db::Query kRenewTurn{"signals_renew_turn", kRenewTurnSql};

constexpr std::string_view kUserColumns = R"sql(AS r (
            user_id bigint, account_id bigint, handle_key bigint, month integer, template_key bigint, bio_key bigint,
            link_key bigint, last_seen bigint, posts_seen bigint, value float8[], strength float8[], missing text,
            wave integer, risk float8, tie float8))sql";
constexpr std::string_view kInsertUsers = R"sql(
    INSERT INTO watchdxg_signal AS s (user_id, account_id, person, handle_key, own_month, month, template_key, bio_key,
                                      link_key, last_seen, posts_seen, value, strength, missing, wave, risk, tie)
    SELECT user_id, account_id, user_id, handle_key, date '1970-01-01' + month, date '1970-01-01' + month, template_key,
           bio_key, link_key, timestamptz 'epoch' + last_seen * interval '1 microsecond', posts_seen, value, strength,
           missing, wave, risk, tie
      FROM given)sql";

// Whose row it is stays as it is kept until namesakes are looked at again.
const std::string kWriteSql = fmt::format(
    "{}, given AS (SELECT r.* FROM mine, json_to_recordset($2::json) {}), written AS ({} {})"
    " SELECT EXISTS (SELECT FROM mine)",
    kMine, kUserColumns, kInsertUsers, R"sql(
        ON CONFLICT (user_id) DO UPDATE
           SET account_id = excluded.account_id,
               person = CASE WHEN (s.account_id, s.handle_key, s.own_month)
                                  IS NOT DISTINCT FROM (excluded.account_id, excluded.handle_key, excluded.own_month)
                             THEN s.person ELSE excluded.person END,
               month = CASE WHEN (s.account_id, s.handle_key, s.own_month)
                                 IS NOT DISTINCT FROM (excluded.account_id, excluded.handle_key, excluded.own_month)
                            THEN s.month ELSE excluded.month END,
               handle_key = excluded.handle_key, own_month = excluded.own_month, template_key = excluded.template_key,
               bio_key = excluded.bio_key, link_key = excluded.link_key, last_seen = excluded.last_seen,
               posts_seen = excluded.posts_seen, value = excluded.value, strength = excluded.strength,
               missing = excluded.missing, wave = excluded.wave, risk = excluded.risk, tie = excluded.tie
         WHERE (s.account_id, s.handle_key, s.own_month, s.template_key, s.bio_key, s.link_key, s.last_seen,
                s.posts_seen, s.value, s.strength, s.missing, s.wave, s.risk)
               IS DISTINCT FROM
               (excluded.account_id, excluded.handle_key, excluded.own_month, excluded.template_key, excluded.bio_key,
                excluded.link_key, excluded.last_seen, excluded.posts_seen, excluded.value, excluded.strength,
                excluded.missing, excluded.wave, excluded.risk))sql");
const db::Query kWrite{"signals_write", kWriteSql};

const std::string kAddSql =
    fmt::format("WITH given AS (SELECT r.* FROM json_to_recordset($1::json) {}) {} ON CONFLICT (user_id) DO NOTHING",
                kUserColumns, kInsertUsers);
const db::Query kAdd{"signals_add", kAddSql};

const std::string kRemoveSql = std::string(kMine) + R"sql(, removed AS (
        DELETE FROM watchdxg_signal
         USING mine
         WHERE user_id IN (SELECT (value #>> '{}')::bigint FROM json_array_elements($2::json))
    )
    SELECT EXISTS (SELECT FROM mine))sql";
const db::Query kRemove{"signals_remove", kRemoveSql};

// A join: `IN (SELECT ... GROUP BY) OR ...` is no hash table above hash_mem, and everybody is grouped for each row.
constexpr db::Query kNamesakes{"signals_namesakes", R"sql(
    WITH shared AS MATERIALIZED (
        SELECT account_id, handle_key
          FROM watchdxg_signal
         GROUP BY account_id, handle_key
        HAVING count(*) > 1
    ), namesakes AS (
        SELECT user_id, account_id, handle_key, own_month, last_seen, person, month
          FROM shared
          JOIN watchdxg_signal USING (account_id, handle_key)
         UNION
        SELECT user_id, account_id, handle_key, own_month, last_seen, person, month
          FROM watchdxg_signal
         WHERE person <> user_id
            OR month IS DISTINCT FROM own_month
    )
    SELECT user_id, account_id, handle_key, own_month - date '1970-01-01',
           (extract(epoch FROM last_seen) * 1000000)::bigint, person, month - date '1970-01-01'
      FROM namesakes
     ORDER BY account_id, handle_key, user_id)sql",
                               false};

const std::string kWritePeopleSql = std::string(kMine) + R"sql(, written AS (
        UPDATE watchdxg_signal AS s
           SET person = r.person, month = date '1970-01-01' + r.month
          FROM mine, json_to_recordset($2::json) AS r (user_id bigint, person bigint, month integer)
         WHERE s.user_id = r.user_id
    )
    SELECT EXISTS (SELECT FROM mine))sql";
const db::Query kWritePeople{"signals_write_people", kWritePeopleSql};

// PostgreSQL expects few groups: what it joins them with is materialized, so that it is computed once.
constexpr db::Query kGroups{"signals_groups", R"sql(
    WITH standing AS MATERIALIZED (
        SELECT account_id, month, template_key, bio_key, link_key
          FROM watchdxg_signal
         WHERE person = user_id
           AND month IS NOT NULL
    ), grouped AS MATERIALIZED (
        SELECT account_id, 'template' AS kind, month, template_key AS key, count(*) AS n
          FROM standing WHERE template_key IS NOT NULL GROUP BY 1, 2, 3, 4
         UNION ALL
        SELECT account_id, 'bio', month, bio_key, count(*)
          FROM standing WHERE bio_key IS NOT NULL GROUP BY 1, 2, 3, 4
         UNION ALL
        SELECT account_id, 'link', month, link_key, count(*)
          FROM standing WHERE link_key IS NOT NULL GROUP BY 1, 2, 3, 4
    ), keys AS MATERIALIZED (
        SELECT account_id, kind, key, sum(n)::bigint AS n FROM grouped GROUP BY 1, 2, 3 HAVING sum(n) >= 3
    ), months AS MATERIALIZED (
        SELECT account_id, month, count(*) AS n FROM standing GROUP BY 1, 2
    ), everyone AS MATERIALIZED (
        SELECT account_id, count(*) AS n FROM standing GROUP BY 1
    )
    SELECT g.account_id, g.kind, g.month - date '1970-01-01', g.key, g.n, m.n, k.n, e.n
      FROM grouped AS g
      JOIN keys AS k ON k.account_id = g.account_id AND k.kind = g.kind AND k.key = g.key
      JOIN months AS m ON m.account_id = g.account_id AND m.month = g.month
      JOIN everyone AS e ON e.account_id = g.account_id
     WHERE g.n >= 3)sql",
                            false};

const std::string kWriteCohortsSql = std::string(kMine) + R"sql(, given AS MATERIALIZED (
        SELECT r.account_id, r.kind, date '1970-01-01' + r.month AS month, r.key, r.size, r.expected
          FROM mine, json_to_recordset($2::json) AS r (account_id bigint, kind text, month integer, key bigint,
                                                       size bigint, expected float8)
    ), gone AS (
        DELETE FROM watchdxg_cohort AS c
         USING mine
         WHERE NOT EXISTS (SELECT FROM given AS g
                            WHERE (g.account_id, g.kind, g.month, g.key) = (c.account_id, c.kind, c.month, c.key))
    ), written AS (
        INSERT INTO watchdxg_cohort AS c (account_id, kind, month, key, size, expected)
        SELECT account_id, kind, month, key, size, expected FROM given
            ON CONFLICT (account_id, kind, month, key) DO UPDATE
               SET size = excluded.size, expected = excluded.expected
             WHERE (c.size, c.expected) IS DISTINCT FROM (excluded.size, excluded.expected)
    )
    SELECT EXISTS (SELECT FROM mine))sql";
const db::Query kWriteCohorts{"signals_write_cohorts", kWriteCohortsSql};

constexpr db::Query kWaves{"signals_waves", R"sql(
    SELECT account_id, kind, month - date '1970-01-01', key, size FROM watchdxg_cohort WHERE kind <> 'link')sql"};

constexpr db::Query kWaveChanges{"signals_wave_changes", R"sql(
    WITH waves AS MATERIALIZED (
        SELECT * FROM watchdxg_cohort WHERE kind <> 'link'
    )
    SELECT f.user_id, f.size, array_to_string(f.strength, ',', 'n')
      FROM (SELECT s.user_id, s.wave, s.strength, greatest(coalesce(t.size, 0), coalesce(b.size, 0)) AS size
              FROM watchdxg_signal AS s
              LEFT JOIN waves AS t
                ON t.kind = 'template' AND t.account_id = s.account_id AND t.month = s.month AND t.key = s.template_key
              LEFT JOIN waves AS b
                ON b.kind = 'bio' AND b.account_id = s.account_id AND b.month = s.month AND b.key = s.bio_key
             WHERE s.wave IS NOT NULL) AS f
     WHERE f.wave <> f.size
     LIMIT $1::bigint)sql",
                                 false};

const std::string kWriteWavesSql = fmt::format(R"sql({0}, written AS (
        UPDATE watchdxg_signal AS s
           SET wave = r.wave, value[{1}] = r.wave, strength[{1}] = r.strength, risk = r.risk
          FROM mine, json_to_recordset($2::json) AS r (user_id bigint, wave integer, strength float8, risk float8)
         WHERE s.user_id = r.user_id
    )
    SELECT EXISTS (SELECT FROM mine))sql",
                                               kMine, model::wave_index() + 1);
const db::Query kWriteWaves{"signals_write_waves", kWriteWavesSql};

/// From where ranks are counted; without a risk: the account has no such place any more.
struct Step {
    std::int64_t account;
    std::optional<double> risk;
    std::int64_t below;
    std::int64_t same;
    std::int64_t total;
};

// One where a thousandth of the users is passed, and the lowest.
constexpr db::Query kSteps{"signals_steps", R"sql(
    WITH counted AS (
        SELECT account_id, risk, count(*) AS same
          FROM watchdxg_signal
         WHERE risk IS NOT NULL
         GROUP BY account_id, risk
    ), placed AS (
        SELECT account_id, risk, same,
               (sum(same) OVER (PARTITION BY account_id ORDER BY risk))::bigint - same AS below,
               (sum(same) OVER (PARTITION BY account_id))::bigint AS total
          FROM counted
    )
    SELECT account_id, risk, below, same, total
      FROM placed
     WHERE below = 0
        OR below / (total / 1000 + 1) <> (below + same) / (total / 1000 + 1)
     UNION ALL
    SELECT DISTINCT account_id, NULL::float8, 0::bigint, 0::bigint, 0::bigint
      FROM watchdxg_risk_step AS k
     WHERE NOT EXISTS (SELECT FROM watchdxg_signal AS s WHERE s.account_id = k.account_id AND s.risk IS NOT NULL))sql",
                           false};

// All those of the accounts that are named.
const std::string kWriteStepsSql = std::string(kMine) + R"sql(, given AS MATERIALIZED (
        SELECT r.*
          FROM mine, json_to_recordset($2::json) AS r (account_id bigint, risk float8, below bigint, same bigint,
                                                       total bigint)
    ), gone AS (
        DELETE FROM watchdxg_risk_step AS k
         WHERE k.account_id IN (SELECT account_id FROM given)
           AND NOT EXISTS (SELECT FROM given AS g WHERE g.account_id = k.account_id AND g.risk = k.risk)
    ), written AS (
        INSERT INTO watchdxg_risk_step AS k (account_id, risk, below, same, total)
        SELECT account_id, risk, below, same, total FROM given WHERE risk IS NOT NULL
            ON CONFLICT (account_id, risk) DO UPDATE
               SET below = excluded.below, same = excluded.same, total = excluded.total
             WHERE (k.below, k.same, k.total) IS DISTINCT FROM (excluded.below, excluded.same, excluded.total)
    )
    SELECT EXISTS (SELECT FROM mine))sql";
const db::Query kWriteSteps{"signals_write_steps", kWriteStepsSql};

/// Numbers between commas; `n` is none.
std::vector<std::optional<double>> read_numbers(std::string_view text) {
    std::vector<std::optional<double>> numbers;
    while (true) {
        const std::string_view item = text.substr(0, text.find(','));
        numbers.push_back(platform::parse_double(item));
        if (item.size() == text.size()) return numbers;
        text.remove_prefix(item.size() + 1);
    }
}

// JSON of numbers, and of words that need no escapes.

template <typename Number>
void add(std::string& json, std::string_view name, const std::optional<Number>& value) {
    if (value) fmt::format_to(std::back_inserter(json), ",\"{}\":{}", name, *value);
}

void add(std::string& json, std::string_view name, const std::optional<sys_days>& day) {
    if (day) fmt::format_to(std::back_inserter(json), ",\"{}\":{}", name, day->time_since_epoch().count());
}

void add(std::string& json, std::string_view name, const std::vector<std::optional<double>>& numbers) {
    fmt::format_to(std::back_inserter(json), ",\"{}\":[", name);
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        if (i > 0) json += ',';
        if (numbers[i]) {
            fmt::format_to(std::back_inserter(json), "{}", *numbers[i]);
        } else {
            json += "null";
        }
    }
    json += ']';
}

/// @param write  appends the object of one item
template <typename Item, typename WriteItem>
std::string json_list(const std::vector<Item>& items, WriteItem write) {
    std::string json = "[";
    for (const Item& item : items) {
        if (json.size() > 1) json += ',';
        write(json, item);
    }
    return json + ']';
}

void write_user(std::string& json, const KeptSignals& user) {
    fmt::format_to(std::back_inserter(json),
                   R"({{"user_id":{},"account_id":{},"posts_seen":{},"missing":"{}","tie":{})", user.id, user.account,
                   user.posts_seen, user.assessment.missing, user.tie);
    add(json, "handle_key", user.handle_key);
    add(json, "month", user.month);
    add(json, "template_key", user.template_key);
    add(json, "bio_key", user.bio_key);
    add(json, "link_key", user.link_key);
    if (user.last_seen) add(json, "last_seen", std::optional(user.last_seen->time_since_epoch().count()));
    add(json, "value", user.assessment.values);
    add(json, "strength", user.assessment.strengths);
    add(json, "wave", user.wave);
    add(json, "risk", user.risk);
    json += '}';
}

}  // namespace

void SignalStore::stop() {
    is_stopping_ = true;
    interrupt();
}

void SignalStore::interrupt() {
    for (const auto& reading : reading_)
        if (const auto stream = reading.lock()) stream->cancel();
}

asio::awaitable<std::shared_ptr<db::Stream>> SignalStore::open(const db::Query& query, std::vector<db::Param> params) {
    std::shared_ptr<db::Stream> stream = co_await pool_.open_stream(query, std::move(params), db::Streams::jobs, {});
    if (is_stopping_) throw db::DbError::unavailable(std::string(query.name), "the program stops", false);
    std::erase_if(reading_, [](const std::weak_ptr<db::Stream>& each) { return each.expired(); });
    reading_.push_back(stream);
    co_return stream;
}

asio::awaitable<SignalState> SignalStore::state() {
    db::Batch batch;
    const std::size_t index = batch.add(kState, {});
    co_await pool_.execute(batch);
    const db::Row row = batch.rows(index).front();
    co_return SignalState{.source = std::string(row.text(0)),
                          .kept_source = optional_string(row, 1),
                          .horizon = row.optional_integer(2),
                          .is_of_today = row.boolean(3),
                          .next_transaction = row.integer(4),
                          .changes = row.integer(5),
                          .now = *optional_time(row, 6)};
}

asio::awaitable<void> SignalStore::read_each(const db::Query& query, std::vector<db::Param> params,
                                             const std::function<void(const db::Row&)>& read) {
    const auto stream = co_await open(query, std::move(params));
    while (true) {
        if (const auto row = stream->next()) {
            read(*row);
        } else if (stream->finished()) {
            co_return;
        } else {
            co_await stream->wait();
        }
    }
}

asio::awaitable<SignalChanges> SignalStore::find_changes(const CoreViews& views, std::optional<std::int64_t> horizon,
                                                         bool with_undated) {
    constexpr std::int64_t kTransactions = std::int64_t{1} << 32;  // as rows have them
    const std::string sql = changes_sql(views, !horizon);
    const db::Query query{"signals_changes", sql, false};
    const std::optional<std::int64_t> from = horizon ? std::optional(*horizon % kTransactions) : std::nullopt;
    std::vector<db::Param> params{from, with_undated ? "true" : "false"};
    SignalChanges changes;
    const auto read = [&](const db::Row& row) {
        changes.horizon = row.integer(2);
        changes.next_transaction = row.integer(3);
        changes.is_settled = changes.horizon == changes.next_transaction;
        changes.at = *optional_time(row, 4);
        changes.users = row.integer(5);
        if (!row.is_null(0)) (row.boolean(1) ? changes.gone : changes.ids).push_back(row.integer(0));
    };
    co_await read_each(query, std::move(params), read);
    changes.is_cut = changes.ids.size() > kMostChangedUsers;
    co_return changes;
}

asio::awaitable<SourceReader> SignalStore::read_sources(const CoreViews& views,
                                                        const std::optional<std::vector<std::int64_t>>& ids) {
    const std::string sql = sources_sql(views, !ids);
    const db::Query query{"signals_sources", sql, false};
    std::vector<db::Param> params;
    if (ids) params.emplace_back(fmt::format("{{{}}}", fmt::join(*ids, ",")));
    co_return SourceReader(co_await open(query, std::move(params)), views);
}

asio::awaitable<bool> SignalStore::take_turn(const std::string& holder) {
    db::Batch batch;
    const std::size_t index = batch.add(kTakeTurn, {holder});
    co_await pool_.execute(batch, db::Work::write);
    co_return !batch.rows(index).empty();
}

asio::awaitable<bool> SignalStore::renew_turn(const std::string& holder) {
    db::Batch batch;
    const std::size_t index = batch.add(kRenewTurn, {holder});
    co_await pool_.execute(batch, db::Work::write);
    co_return batch.rows(index).front().boolean(0);
}

asio::awaitable<void> SignalStore::end_turn(const std::string& holder, const std::optional<Finished>& finished) {
    db::Batch batch;
    if (finished) {
        batch.add(kEndTurn,
                  {holder, finished->source, finished->horizon, std::int64_t{finished->at.time_since_epoch().count()}});
    } else {
        batch.add(kEndTurn, {holder, std::nullopt, std::nullopt, std::nullopt});
    }
    co_await pool_.execute(batch, db::Work::write);
}

asio::awaitable<bool> SignalStore::write_json(const db::Query& query, std::string holder, std::string json) {
    db::Batch batch;
    const std::size_t index = batch.add(query, {holder, json});
    co_await pool_.execute(batch, db::Work::write);
    co_return batch.rows(index).front().boolean(0);
}

std::string SignalStore::written(const std::vector<KeptSignals>& users) {
    return json_list(users, &write_user);
}

asio::awaitable<bool> SignalStore::write(const std::string& holder, std::string users) {
    return write_json(kWrite, holder, std::move(users));
}

asio::awaitable<void> SignalStore::add(const std::vector<KeptSignals>& users) {
    db::Batch batch;
    batch.add(kAdd, {json_list(users, &write_user)});
    co_await pool_.execute(batch, db::Work::write);
}

asio::awaitable<bool> SignalStore::remove(const std::string& holder, const std::vector<std::int64_t>& ids) {
    return write_json(kRemove, holder, fmt::format("[{}]", fmt::join(ids, ",")));
}

asio::awaitable<std::vector<Namesake>> SignalStore::list_namesakes() {
    std::vector<Namesake> namesakes;
    const auto read = [&](const db::Row& row) {
        namesakes.push_back({.id = row.integer(0),
                             .account = row.integer(1),
                             .handle_key = row.optional_integer(2),
                             .own_month = optional_day(row, 3),
                             .last_seen = row.optional_integer(4),
                             .person = row.integer(5),
                             .month = optional_day(row, 6)});
    };
    co_await read_each(kNamesakes, {}, read);
    co_return namesakes;
}

asio::awaitable<bool> SignalStore::write_people(const std::string& holder, const std::vector<Namesake>& rows) {
    const auto write_row = [](std::string& json, const Namesake& row) {
        fmt::format_to(std::back_inserter(json), R"({{"user_id":{},"person":{})", row.id, row.person);
        store::add(json, "month", row.month);
        json += '}';
    };
    return write_json(kWritePeople, holder, json_list(rows, write_row));
}

asio::awaitable<std::vector<Group>> SignalStore::list_groups(const std::function<bool(const Group&)>& is_wanted) {
    std::vector<Group> groups;
    const auto read = [&](const db::Row& row) {
        const Group group{.account = row.integer(0),
                          .kind = std::string(row.text(1)),
                          .month = *optional_day(row, 2),
                          .key = row.integer(3),
                          .size = row.integer(4),
                          .in_month = row.integer(5),
                          .with_key = row.integer(6),
                          .everyone = row.integer(7)};
        if (is_wanted(group)) groups.push_back(group);
    };
    co_await read_each(kGroups, {}, read);
    co_return groups;
}

asio::awaitable<bool> SignalStore::write_cohorts(const std::string& holder, const std::vector<Group>& cohorts) {
    const auto write_cohort = [](std::string& json, const Group& group) {
        fmt::format_to(std::back_inserter(json), R"({{"account_id":{},"kind":"{}","key":{},"size":{},"expected":{})",
                       group.account, group.kind, group.key, group.size, group.expected());
        store::add(json, "month", std::optional(group.month));
        json += '}';
    };
    return write_json(kWriteCohorts, holder, json_list(cohorts, write_cohort));
}

asio::awaitable<std::vector<Group>> SignalStore::list_waves() {
    db::Batch batch;
    const std::size_t index = batch.add(kWaves, {});
    co_await pool_.execute(batch);
    const db::Rows& rows = batch.rows(index);
    std::vector<Group> waves;
    waves.reserve(static_cast<std::size_t>(rows.size()));
    for (int i = 0; i < rows.size(); ++i)
        waves.push_back({.account = rows[i].integer(0),
                         .kind = std::string(rows[i].text(1)),
                         .month = *optional_day(rows[i], 2),
                         .key = rows[i].integer(3),
                         .size = rows[i].integer(4)});
    co_return waves;
}

asio::awaitable<std::vector<WaveChange>> SignalStore::list_wave_changes() {
    std::vector<WaveChange> changes;
    const auto read = [&](const db::Row& row) {
        changes.push_back({.id = row.integer(0), .wave = row.integer(1), .strengths = read_numbers(row.text(2))});
    };
    std::vector<db::Param> most;
    most.emplace_back(static_cast<std::int64_t>(kMostChangedUsers));
    co_await read_each(kWaveChanges, std::move(most), read);
    co_return changes;
}

asio::awaitable<bool> SignalStore::write_waves(const std::string& holder, const std::vector<WaveChange>& users) {
    const auto write_change = [](std::string& json, const WaveChange& change) {
        fmt::format_to(std::back_inserter(json), R"({{"user_id":{},"wave":{})", change.id, change.wave);
        store::add(json, "strength", change.strengths[model::wave_index()]);
        store::add(json, "risk", change.risk);
        json += '}';
    };
    return write_json(kWriteWaves, holder, json_list(users, write_change));
}

asio::awaitable<bool> SignalStore::write_steps(const std::string& holder) {
    std::map<std::int64_t, std::vector<Step>> steps;
    const auto read = [&](const db::Row& row) {
        steps[row.integer(0)].push_back({.account = row.integer(0),
                                         .risk = row.optional_real(1),
                                         .below = row.integer(2),
                                         .same = row.integer(3),
                                         .total = row.integer(4)});
    };
    co_await read_each(kSteps, {}, read);
    const auto write_step = [](std::string& json, const Step& step) {
        fmt::format_to(std::back_inserter(json), R"({{"account_id":{},"below":{},"same":{},"total":{})", step.account,
                       step.below, step.same, step.total);
        store::add(json, "risk", step.risk);
        json += '}';
    };
    for (const auto& [account, of_account] : steps) {
        std::string json = json_list(of_account, write_step);
        if (!co_await write_json(kWriteSteps, holder, std::move(json))) co_return false;
    }
    co_return true;
}

}  // namespace wdx::store
