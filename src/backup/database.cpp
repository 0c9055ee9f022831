#include "backup/database.hpp"

#include "backup/error.hpp"
#include "base/random.hpp"
#include "base/safe_text.hpp"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace wdx::backup {
namespace {

constexpr std::array<std::string_view, 5> kCoreTables{"accounts", "users", "posts", "classification", "actions"};
constexpr std::string_view kScratchPrefix = "watchdxg_verify_";
constexpr std::size_t kLongestMessage = 1000;

// Not the partitions of a table, whose rows it has; not those of extensions, which come with them.
constexpr std::string_view kListTables = R"sql(
    SELECT n.nspname, c.relname, format('%I.%I', n.nspname, c.relname)
      FROM pg_class AS c
      JOIN pg_namespace AS n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence <> 't'
       AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
       AND NOT EXISTS (SELECT FROM pg_depend AS d
                        WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
       AND ($1 = 'every' OR n.nspname = ANY (current_schemas(false)))
       AND ($1 <> 'product' OR c.relname = ANY (string_to_array($2, ',')) OR c.relname ~ $3)
       AND ($1 <> 'ours' OR c.relname IN ('classification', 'actions') OR c.relname ~ $3)
     ORDER BY n.nspname, c.relname)sql";
constexpr std::string_view kOurTables = "^(watchdxg|auth|django|token_blacklist)_";

constexpr std::string_view kListRoles = R"sql(
    SELECT DISTINCT r.rolname
      FROM (SELECT c.relowner AS role
              FROM pg_class AS c
             UNION ALL
            SELECT a.grantee
              FROM pg_class AS c, aclexplode(c.relacl) AS a
             UNION ALL
            SELECT n.nspowner
              FROM pg_namespace AS n
             UNION ALL
            SELECT a.grantee
              FROM pg_namespace AS n, aclexplode(n.nspacl) AS a
             UNION ALL
            SELECT p.proowner
              FROM pg_proc AS p) AS used
      JOIN pg_roles AS r ON r.oid = used.role
     WHERE r.rolname NOT LIKE 'pg\_%'
     ORDER BY r.rolname)sql";

constexpr std::string_view kListCoreObjects = R"sql(
    WITH core AS (
        SELECT c.oid
          FROM pg_class AS c
          JOIN pg_namespace AS n ON n.oid = c.relnamespace
         WHERE c.relname IN ('classification', 'actions') AND c.relkind IN ('r', 'p') AND n.nspname = ANY (current_schemas(false))
    )
    SELECT c.relname FROM core JOIN pg_index AS i ON i.indrelid = core.oid JOIN pg_class AS c ON c.oid = i.indexrelid
     UNION
    SELECT c.relname FROM core JOIN pg_depend AS d ON d.refobjid = core.oid AND d.refclassid = 'pg_class'::regclass AND d.classid = 'pg_class'::regclass
      JOIN pg_class AS c ON c.oid = d.objid AND c.relkind = 'S'
     UNION
    SELECT s.stxname FROM core JOIN pg_statistic_ext AS s ON s.stxrelid = core.oid
     ORDER BY 1)sql";

constexpr std::string_view kNewestMigration = "SELECT coalesce(max(name), '') FROM watchdxg_migrations";

constexpr std::string_view kListOtherSessions = R"sql(
    SELECT DISTINCT coalesce(nullif(application_name, ''), 'a program without a name')
      FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid()
       AND (backend_type = 'client backend'
        OR (backend_type IS NULL AND usesysid IS NOT NULL))  -- another role's, of which we may see no more
     ORDER BY 1)sql";

// The schema may not be there yet: the setting is what counts, with `"$user"` as the role's name.
constexpr std::string_view kIsOnSearchPath = R"sql(
    SELECT $1 = ANY (current_schemas(false))
        OR $1 IN (SELECT CASE trim(both '" ' FROM name) WHEN '$user' THEN current_user::text ELSE trim(both '" ' FROM name) END
                    FROM unnest(string_to_array(current_setting('search_path'), ',')) AS name))sql";

constexpr std::string_view kCanKeepOwners = R"sql(
    SELECT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
       AND NOT EXISTS (SELECT
                         FROM unnest(string_to_array($1, E'\n')) AS wanted (name)
                        WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted.name))
       )sql";

constexpr std::string_view kMayCreateDatabases =
    "SELECT rolsuper OR rolcreatedb, quote_ident(rolname) FROM pg_roles WHERE rolname = current_user";

constexpr std::string_view kListScratchDatabases = R"sql(
    SELECT datname
      FROM pg_database AS d
     WHERE datname LIKE replace($1, '_', '\_') || '%'
       AND NOT EXISTS (SELECT FROM pg_stat_activity AS a WHERE a.datname = d.datname)
       AND pg_has_role(d.datdba, 'USAGE'))sql";

constexpr std::string_view kScratchOptions = R"sql(
    SELECT format('TEMPLATE template0 ENCODING %L LC_COLLATE %L LC_CTYPE %L', pg_encoding_to_char(encoding), datcollate, datctype)
      FROM pg_database
     WHERE datname = current_database())sql";

constexpr std::string_view kInsertLogEntry =
    "INSERT INTO watchdxg_log (time, level, event, message) VALUES (now(), $1, $2, $3)";

constexpr std::string_view kLastAttempt = R"sql(
    SELECT event = 'backup_failed', floor(extract(epoch FROM now() - time) / 86400)::bigint, coalesce(message, '')
      FROM watchdxg_log
     WHERE event IN ('backup_made', 'backup_failed')
     ORDER BY time DESC
     LIMIT 1)sql";

struct Table {
    TableRows named;
    std::string quoted;
};

std::vector<Table> find_tables(db::Session& session, std::string_view which) {
    const std::string core = fmt::format("{}", fmt::join(kCoreTables, ","));
    const db::Rows rows = session.execute(kListTables, {which, core, kOurTables});
    std::vector<Table> tables;
    tables.reserve(static_cast<std::size_t>(rows.size()));
    for (int i = 0; i < rows.size(); ++i)
        tables.push_back({{std::string(rows[i].text(0)), std::string(rows[i].text(1))}, std::string(rows[i].text(2))});
    return tables;
}

TableRows count(db::Session& session, Table table) {
    table.named.rows = session.execute(fmt::format("SELECT count(*) FROM {}", table.quoted)).front().integer(0);
    return std::move(table.named);
}

std::vector<TableRows> count_tables(db::Session& session, std::string_view which) {
    std::vector<TableRows> counted;
    for (Table& table : find_tables(session, which)) counted.push_back(count(session, std::move(table)));
    return counted;
}

bool is_same(const TableRows& one, const TableRows& other) {
    return one.schema == other.schema && one.name == other.name;
}

bool has_table(db::Session& session, std::string_view name) {
    return session.execute("SELECT to_regclass($1) IS NOT NULL", {name}).front().boolean(0);
}

std::string quote_identifier(std::string_view name) {
    std::string quoted = "\"";
    for (const char c : name) {
        if (c == '"') quoted += '"';
        quoted += c;
    }
    return quoted + '"';
}

}  // namespace

Snapshot::Snapshot(db::Session& session) : transaction_(session) {
    session.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
    session.execute(fmt::format("SET LOCAL lock_timeout = '{}s'", kLockTimeout.count()));
    name_ = session.execute("SELECT pg_export_snapshot()").front().text(0);
}

void describe_database(db::Session& session, Manifest& manifest) {
    manifest.tables = count_tables(session, manifest.scope == Scope::all ? "every" : "ours");
    const db::Rows roles = session.execute(kListRoles);
    for (int i = 0; i < roles.size(); ++i) manifest.roles.emplace_back(roles[i].text(0));
    const db::Rows objects = session.execute(kListCoreObjects);
    for (int i = 0; i < objects.size(); ++i) manifest.core_objects.emplace_back(objects[i].text(0));
    if (has_table(session, "watchdxg_migrations"))
        manifest.newest_migration = session.execute(kNewestMigration).front().text(0);
}

void use_schemas_of(db::Session& session, const Manifest& manifest) {
    std::set<std::string> schemas;
    for (const TableRows& table : manifest.tables) schemas.insert(quote_identifier(table.schema));
    if (schemas.empty()) return;
    if (manifest.scope == Scope::ours)
        for (const std::string& schema : schemas)
            session.execute(fmt::format("CREATE SCHEMA IF NOT EXISTS {}", schema));
    session.execute(fmt::format("SET search_path TO {}", fmt::join(schemas, ", ")));
}

void require_schemas_of(db::Session& session, const Manifest& manifest) {
    for (const TableRows& table : manifest.tables) {
        if (table.name != "auth_user" && table.name != "users") continue;
        if (session.execute(kIsOnSearchPath, {table.schema}).front().boolean(0)) continue;
        throw BackupError(fmt::format(
            "The backup has its tables in the schema {0}, where the server would not find them in this database. "
            "Before you restore: ALTER DATABASE {1} SET search_path TO {0};",
            quote_identifier(table.schema), session.execute("SELECT quote_ident(current_database())").front().text(0)));
    }
}

std::vector<TableRows> list_product_tables(db::Session& session) {
    return count_tables(session, "product");
}

std::vector<TableRows> list_other_tables_of(db::Session& session, const Manifest& manifest,
                                            const std::vector<TableRows>& product) {
    std::vector<TableRows> found;
    for (Table& table : find_tables(session, "every")) {
        const auto is_it = [&](const TableRows& other) { return is_same(other, table.named); };
        if (std::ranges::any_of(manifest.tables, is_it) && std::ranges::none_of(product, is_it))
            found.push_back(count(session, std::move(table)));
    }
    return found;
}

bool is_core_table(const std::string& name) {
    return std::ranges::find(kCoreTables, name) != kCoreTables.end();
}

bool has_no_table(db::Session& session) {
    return find_tables(session, "every").empty();
}

std::vector<std::string> list_other_sessions(db::Session& session) {
    const db::Rows rows = session.execute(kListOtherSessions);
    std::vector<std::string> names;
    names.reserve(static_cast<std::size_t>(rows.size()));
    for (int i = 0; i < rows.size(); ++i) names.push_back(base::safe_text(rows[i].text(0), kLongestMessage));
    return names;
}

bool can_keep_owners(db::Session& session, const std::vector<std::string>& roles) {
    const std::string names = fmt::format("{}", fmt::join(roles, "\n"));
    return session.execute(kCanKeepOwners, {names}).front().boolean(0);
}

std::string make_room_sql(const std::vector<TableRows>& tables, Scope scope) {
    std::vector<std::string> dropped;
    std::string statements;
    for (const TableRows& table : tables) {
        const std::string name = quote_identifier(table.schema) + "." + quote_identifier(table.name);
        if (scope == Scope::all || !is_core_table(table.name))
            dropped.push_back(name);
        else if (table.name == "classification" || table.name == "actions")
            statements += fmt::format("DELETE FROM {};\n", name);
    }
    if (!dropped.empty()) statements += fmt::format("DROP TABLE {};\n", fmt::join(dropped, ", "));
    return statements;
}

ScratchDatabase::ScratchDatabase(db::Session& session)
    : session_(session), name_(std::string(kScratchPrefix) + base::random_hex(8)) {
    const db::Rows role = session_.execute(kMayCreateDatabases);
    if (!role.front().boolean(0))
        throw BackupError(
            fmt::format("To verify a backup, the role must be allowed to make a database: ALTER ROLE {} CREATEDB;",
                        role.front().text(1)));
    const db::Rows left = session_.execute(kListScratchDatabases, {kScratchPrefix});
    for (int i = 0; i < left.size(); ++i)
        session_.execute(fmt::format("DROP DATABASE IF EXISTS {}", quote_identifier(left[i].text(0))));
    const std::string options(session_.execute(kScratchOptions).front().text(0));
    session_.execute(fmt::format("CREATE DATABASE {} {}", name_, options));
}

ScratchDatabase::~ScratchDatabase() {
    try {
        session_.execute(fmt::format("DROP DATABASE IF EXISTS {}", name_));
    } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): the next try drops it
    }
}

void note_in_log(db::Session& session, std::string_view level, std::string_view event, std::string_view message) {
    if (!has_table(session, "watchdxg_log")) return;
    const std::string text = base::safe_text(message, kLongestMessage);
    session.execute(kInsertLogEntry, {level, event, text});
}

std::optional<Attempt> find_last_attempt(db::Session& session) {
    if (!has_table(session, "watchdxg_log")) return std::nullopt;
    const db::Rows rows = session.execute(kLastAttempt);
    if (rows.empty()) return std::nullopt;
    const db::Row last = rows.front();
    return Attempt{last.boolean(0), last.integer(1), std::string(last.text(2))};
}

}  // namespace wdx::backup
