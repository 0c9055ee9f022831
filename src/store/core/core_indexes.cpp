#include "store/core/core_indexes.hpp"

#include "db/arrays.hpp"

#include <algorithm>
#include <sstream>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace wdx::store {
namespace {

constexpr std::string_view kTrigrams = " gin_trgm_ops";

// Lists put NULLs last in either direction, so a descending key says so.
constexpr std::array kIndexes{
    CoreIndex{.name = "wdx_users_account_id_id",
              .table = "users",
              .method = "btree",
              .keys = {"account_id", "id"},
              .serves = "the users of an account, and how many they are",
              .is_basic = true},
    CoreIndex{.name = "wdx_users_account_id_followers_count_id",
              .table = "users",
              .method = "btree",
              .keys = {"account_id", "followers_count DESC NULLS LAST", "id"},
              .serves = "the users of an account by their followers: most first, or more than so many"},
    CoreIndex{.name = "wdx_users_account_id_created_at",
              .table = "users",
              .method = "btree",
              .keys = {"account_id", "created_at"},
              .serves = "the users of an account who joined X within some days"},
    CoreIndex{.name = "wdx_users_lower_handle",
              .table = "users",
              .method = "btree",
              .keys = {"lower(handle)"},
              .serves = "a user by handle, in upper or lower case"},
    CoreIndex{.name = "wdx_users_trigrams",
              .table = "users",
              .method = "gin",
              .keys = {"handle gin_trgm_ops", "username gin_trgm_ops", "bio gin_trgm_ops"},
              .serves = "search in handles, names and bios, and \"contains\""},
    CoreIndex{.name = "wdx_posts_user_id_id",
              .table = "posts",
              .method = "btree",
              .keys = {"user_id", "id"},
              .serves = "the posts of a user, and reports",
              .is_basic = true},
    CoreIndex{.name = "wdx_posts_timestamp_id",
              .table = "posts",
              .method = "btree",
              .keys = {"timestamp DESC NULLS LAST", "id"},
              .serves = "the newest posts of an account"},
    CoreIndex{.name = "wdx_posts_trigrams",
              .table = "posts",
              .method = "gin",
              .keys = {"text gin_trgm_ops"},
              .serves = "search in posts; large, and work for the core with every post",
              .is_optional = true},
    CoreIndex{.name = "wdx_actions_user_id_id",
              .table = "actions",
              .method = "btree",
              .keys = {"user_id", "id"},
              .serves = "the actions of a user",
              .is_basic = true},
};

constexpr std::string_view kReadTable = R"sql(
    SELECT c.oid::bigint, c.relkind = 'p', pg_catalog.pg_has_role(c.relowner, 'USAGE'),
           pg_catalog.pg_get_userbyid(c.relowner), c.oid::regclass::text, greatest(c.reltuples, 0)::bigint
      FROM pg_catalog.pg_class AS c
     WHERE c.relname = $1
       AND c.relkind IN ('r', 'p', 'm')
       AND pg_catalog.pg_table_is_visible(c.oid))sql";

// Keys are written as CREATE INDEX takes them, without the cast that PostgreSQL adds to a varchar.  Bits of indoption:
// 1 DESC, 2 NULLS FIRST (PostgreSQL's pg_index.h).
constexpr std::string_view kListIndexes = R"sql(
    SELECT c.relname, format('%I.%I', n.nspname, c.relname), i.indisvalid AND i.indisready, i.indpred IS NULL, m.amname,
           pg_catalog.pg_relation_size(c.oid),
           (SELECT string_agg(
                       regexp_replace(replace(pg_catalog.pg_get_indexdef(c.oid, key.n, false), '"', ''),
                                      '[(]([a-z_]+)[)]::text', '\1', 'g')
                       || CASE WHEN m.amname = 'gin' THEN ' ' || o.opcname
                               ELSE (ARRAY['', ' DESC NULLS LAST', ' NULLS FIRST', ' DESC'])[(i.indoption[key.n - 1] & 3) + 1] END,
                       E'\n' ORDER BY key.n)
              FROM generate_series(1, i.indnkeyatts::integer) AS key (n)
              JOIN pg_catalog.pg_opclass AS o ON o.oid = i.indclass[key.n - 1])
      FROM pg_catalog.pg_index AS i
      JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid
      JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
      JOIN pg_catalog.pg_am AS m ON m.oid = c.relam
     WHERE i.indrelid = $1::bigint::oid
     ORDER BY c.relname)sql";

// An entry of a B-tree: 8 bytes, the values in a multiple of 8, and 4 that point to it.  Trigrams took twice the bytes
// of the text in four tables (1.7 to 3 times).
constexpr std::string_view kEstimate = R"sql(
    SELECT CASE WHEN count(*) = cardinality($2::text[]) AND c.reltuples > 0 THEN
               CASE WHEN $3 = 'gin' THEN c.reltuples * sum(s.avg_width * (1 - s.null_frac)) * 2
                    ELSE c.reltuples * (12 + ceil(sum(s.avg_width) / 8.0) * 8) / 0.9 END END::bigint
      FROM pg_catalog.pg_class AS c
      JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
      JOIN pg_catalog.pg_stats AS s ON s.schemaname = n.nspname AND s.tablename = c.relname AND NOT s.inherited
     WHERE c.relname = $1
       AND pg_catalog.pg_table_is_visible(c.oid)
       AND s.attname = ANY ($2::text[])
     GROUP BY c.oid, c.reltuples)sql";

constexpr std::string_view kTrigramSchema = R"sql(
    SELECT quote_ident(n.nspname)
      FROM pg_catalog.pg_extension AS e
      JOIN pg_catalog.pg_namespace AS n ON n.oid = e.extnamespace
     WHERE e.extname = 'pg_trgm')sql";

// Before PostgreSQL 13 no extension is trusted, and there is no such column.
constexpr std::string_view kMayInstallTrigrams = R"sql(
    SELECT EXISTS (SELECT
                     FROM pg_catalog.pg_available_extension_versions AS v
                    WHERE v.name = 'pg_trgm'
                      AND ((SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user)
                           OR (pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE')
                               AND (to_jsonb(v) ->> 'trusted')::boolean))))sql";

std::vector<std::string_view> keys_of(const CoreIndex& index) {
    std::vector<std::string_view> keys;
    for (const std::string_view key : index.keys)
        if (!key.empty()) keys.push_back(key);
    return keys;
}

std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> lines;
    std::istringstream in{std::string(text)};
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

std::string_view without_order(std::string_view key) {
    return key.substr(0, key.find(' '));
}

/// The keys that an index begins with; of trigrams the order says nothing.
bool has_keys(const FoundIndex& index, const CoreIndex& wanted) {
    const std::vector<std::string_view> keys = keys_of(wanted);
    if (wanted.needs_trigrams())
        return std::ranges::all_of(keys, [&](std::string_view key) {
            return std::find(index.keys.begin(), index.keys.end(), key) != index.keys.end();
        });
    const bool is_ordered = std::ranges::any_of(keys, [](std::string_view key) { return key != without_order(key); });
    return index.keys.size() >= keys.size() &&
           std::equal(keys.begin(), keys.end(), index.keys.begin(), [&](std::string_view key, std::string_view there) {
               return key == (is_ordered ? there : without_order(there));
           });
}

std::string array_of_columns(const CoreIndex& index) {
    const std::vector<std::string_view> columns = columns_of(index);
    return db::text_array({columns.begin(), columns.end()});
}

}  // namespace

std::span<const CoreIndex> core_indexes() {
    return kIndexes;
}

std::string target_of(const CoreIndex& index) {
    return fmt::format("{}{} ({})", index.table, index.needs_trigrams() ? " USING gin" : "",
                       fmt::join(keys_of(index), ", "));
}

std::vector<std::string_view> columns_of(const CoreIndex& index) {
    std::vector<std::string_view> columns;
    for (std::string_view key : keys_of(index)) {
        key = without_order(key);
        if (const std::size_t open = key.find('('); open != std::string_view::npos)
            key = key.substr(open + 1, key.find(')') - open - 1);
        columns.push_back(key);
    }
    return columns;
}

const FoundIndex* find_serving(const std::vector<FoundIndex>& indexes, const CoreIndex& wanted) {
    const auto found = std::ranges::find_if(indexes, [&](const FoundIndex& index) {
        return index.is_valid && index.is_whole && index.method == wanted.method && has_keys(index, wanted);
    });
    return found == indexes.end() ? nullptr : &*found;
}

const FoundIndex* find_broken(const std::vector<FoundIndex>& indexes, const CoreIndex& wanted) {
    const auto found = std::ranges::find_if(
        indexes, [&](const FoundIndex& index) { return !index.is_valid && index.name == wanted.name; });
    return found == indexes.end() ? nullptr : &*found;
}

std::optional<IndexedTable> read_indexed_table(db::Session& session, std::string_view table) {
    const db::Rows found = session.execute(kReadTable, {table});
    if (found.empty()) return std::nullopt;
    IndexedTable read{.quoted = std::string(found.front().text(4)),
                      .rows = found.front().integer(5),
                      .is_partitioned = found.front().boolean(1),
                      .is_ours = found.front().boolean(2),
                      .owner = std::string(found.front().text(3)),
                      .indexes = {}};
    const db::Rows rows = session.execute(kListIndexes, {found.front().text(0)});
    for (int i = 0; i < rows.size(); ++i)
        read.indexes.push_back({.name = std::string(rows[i].text(0)),
                                .quoted = std::string(rows[i].text(1)),
                                .is_valid = rows[i].boolean(2),
                                .is_whole = rows[i].boolean(3),
                                .method = std::string(rows[i].text(4)),
                                .keys = lines_of(rows[i].text(6)),
                                .bytes = rows[i].integer(5)});
    return read;
}

std::optional<std::int64_t> estimate_bytes(db::Session& session, const CoreIndex& index) {
    const db::Rows rows = session.execute(kEstimate, {index.table, array_of_columns(index), index.method});
    if (rows.empty() || rows.front().is_null(0)) return std::nullopt;
    return rows.front().integer(0);
}

std::string read_trigram_schema(db::Session& session) {
    const db::Rows rows = session.execute(kTrigramSchema);
    return rows.empty() ? std::string() : std::string(rows.front().text(0));
}

bool may_install_trigrams(db::Session& session) {
    return session.execute(kMayInstallTrigrams).front().boolean(0);
}

std::string create_statement(const CoreIndex& index, std::string_view trigram_schema) {
    std::vector<std::string> keys;
    for (const std::string_view key : keys_of(index))
        keys.push_back(key.ends_with(kTrigrams) ? fmt::format("{} {}.{}", key.substr(0, key.size() - kTrigrams.size()),
                                                              trigram_schema, kTrigrams.substr(1))
                                                : std::string(key));
    return fmt::format("CREATE INDEX CONCURRENTLY IF NOT EXISTS {} ON {} USING {} ({})", index.name, index.table,
                       index.method, fmt::join(keys, ", "));
}

}  // namespace wdx::store
