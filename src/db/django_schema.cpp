#include "db/django_schema.hpp"

#include "db/migrate.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace wdx::db {
namespace {

using Names = std::set<std::string, std::less<>>;

/// The rows of `django_migrations` that every combination has which we can take over.  SimpleJWT 5.5.1 adds one, which
/// changes no table: token_blacklist.0013_alter_blacklistedtoken_options_and_more.
constexpr std::array<std::string_view, 30> kMigrations{
    "contenttypes.0001_initial",
    "auth.0001_initial",
    "admin.0001_initial",
    "admin.0002_logentry_remove_auto_add",
    "admin.0003_logentry_add_action_flag_choices",
    "api.0001_initial",
    "contenttypes.0002_remove_content_type_name",
    "auth.0002_alter_permission_name_max_length",
    "auth.0003_alter_user_email_max_length",
    "auth.0004_alter_user_username_opts",
    "auth.0005_alter_user_last_login_null",
    "auth.0006_require_contenttypes_0002",
    "auth.0007_alter_validators_add_error_messages",
    "auth.0008_alter_user_username_max_length",
    "auth.0009_alter_user_last_name_max_length",
    "auth.0010_alter_group_name_max_length",
    "auth.0011_update_proxy_permissions",
    "auth.0012_alter_user_first_name_max_length",
    "sessions.0001_initial",
    "token_blacklist.0001_initial",
    "token_blacklist.0002_outstandingtoken_jti_hex",
    "token_blacklist.0003_auto_20171017_2007",
    "token_blacklist.0004_auto_20171017_2013",
    "token_blacklist.0005_remove_outstandingtoken_jti",
    "token_blacklist.0006_auto_20171017_2113",
    "token_blacklist.0007_auto_20171017_2214",
    "token_blacklist.0008_migrate_to_bigautofield",
    "token_blacklist.0010_fix_migrate_to_bigautofield",
    "token_blacklist.0011_linearizes_history",
    "token_blacklist.0012_alter_outstandingtoken_user",
};

constexpr std::array<std::string_view, 12> kTables{
    "auth_group",
    "auth_group_permissions",
    "auth_permission",
    "auth_user",
    "auth_user_groups",
    "auth_user_user_permissions",
    "django_admin_log",
    "django_content_type",
    "django_migrations",
    "django_session",
    "token_blacklist_blacklistedtoken",
    "token_blacklist_outstandingtoken",
};

constexpr std::string_view kListTables = R"sql(
    SELECT relname::text
      FROM pg_catalog.pg_class
     WHERE relkind IN ('r', 'p', 'v', 'm', 'f')
       AND pg_catalog.pg_table_is_visible(oid)
       AND relname = ANY ($1::text[]))sql";
constexpr std::string_view kListMigrations = "SELECT app || '.' || name FROM django_migrations";

// What our statements count on, beside what each of them would say itself: where they leave an id out, a default; where
// they say ON CONFLICT, a unique index; and no column that they do not fill.  A long id may be short in a database that
// was begun before SimpleJWT 4.7.
constexpr std::string_view kFindFaults = R"sql(
    WITH wanted ("table", "column", types, has_default, is_unique) AS (
        VALUES ('auth_user', 'id', '{integer}'::text[], true, true),
               ('auth_user', 'password', '{character varying,text}', false, false),
               ('auth_user', 'last_login', '{timestamp with time zone}', false, false),
               ('auth_user', 'is_superuser', '{boolean}', false, false),
               ('auth_user', 'username', '{character varying,text}', false, true),
               ('auth_user', 'first_name', '{character varying,text}', false, false),
               ('auth_user', 'last_name', '{character varying,text}', false, false),
               ('auth_user', 'email', '{character varying,text}', false, false),
               ('auth_user', 'is_staff', '{boolean}', false, false),
               ('auth_user', 'is_active', '{boolean}', false, false),
               ('auth_user', 'date_joined', '{timestamp with time zone}', false, false),
               ('token_blacklist_outstandingtoken', 'id', '{bigint,integer}', true, true),
               ('token_blacklist_outstandingtoken', 'token', '{text,character varying}', false, false),
               ('token_blacklist_outstandingtoken', 'created_at', '{timestamp with time zone}', false, false),
               ('token_blacklist_outstandingtoken', 'expires_at', '{timestamp with time zone}', false, false),
               ('token_blacklist_outstandingtoken', 'user_id', '{integer}', false, false),
               ('token_blacklist_outstandingtoken', 'jti', '{character varying,text}', false, true),
               ('token_blacklist_blacklistedtoken', 'id', '{bigint,integer}', true, true),
               ('token_blacklist_blacklistedtoken', 'blacklisted_at', '{timestamp with time zone}', false, false),
               ('token_blacklist_blacklistedtoken', 'token_id', '{bigint,integer}', false, true)
    ), found AS (
        SELECT c.oid AS relation, c.relname::text AS "table", a.attname::text AS "column",
               pg_catalog.format_type(a.atttypid, NULL) AS type, a.attnotnull,
               a.atthasdef OR a.attidentity <> '' AS has_default,
               EXISTS (SELECT
                         FROM pg_catalog.pg_index AS i
                        WHERE i.indrelid = c.oid
                          AND i.indisunique
                          AND i.indimmediate
                          AND i.indisvalid
                          AND i.indpred IS NULL
                          AND i.indnkeyatts = 1
                          AND i.indkey[0] = a.attnum) AS is_unique
          FROM pg_catalog.pg_class AS c
          JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid
         WHERE c.relname IN (SELECT "table" FROM wanted)
           AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
           AND pg_catalog.pg_table_is_visible(c.oid)
           AND a.attnum > 0
           AND NOT a.attisdropped
    )
    SELECT CASE
               WHEN f."column" IS NULL
                   THEN format('%s.%s is missing (restore it from a backup)', w."table", w."column")
               WHEN w."column" IS NULL
                   THEN format('%1$s.%2$s must have a value, and nothing of ours gives it one '
                               '(ALTER TABLE %1$s ALTER COLUMN %2$I DROP NOT NULL;)', f."table", f."column")
               WHEN f.type <> ALL (w.types)
                   THEN format('%1$s.%2$s is of type %3$s (ALTER TABLE %1$s ALTER COLUMN %2$s TYPE %4$s;)',
                               f."table", f."column", f.type, w.types[1])
               WHEN w.has_default AND NOT f.has_default
                   THEN format('%1$s.%2$s has no default (ALTER TABLE %1$s ALTER COLUMN %2$s ADD GENERATED BY DEFAULT '
                               'AS IDENTITY; SELECT setval(pg_get_serial_sequence(''%1$s'', ''%2$s''), '
                               '(SELECT coalesce(max(%2$s), 0) + 1 FROM %1$s), false);)', f."table", f."column")
               ELSE format('%1$s.%2$s has no unique index (ALTER TABLE %1$s ADD UNIQUE (%2$s);)',
                           f."table", f."column")
           END
      FROM wanted AS w
      FULL JOIN found AS f USING ("table", "column")
     WHERE f."column" IS NULL
        OR w."column" IS NULL AND f.attnotnull AND NOT f.has_default
        OR f.type <> ALL (w.types)
        OR w.has_default AND NOT f.has_default
        OR w.is_unique AND NOT f.is_unique
     ORDER BY 1)sql";

Names read_names(const Rows& rows) {
    Names names;
    for (int i = 0; i < rows.size(); ++i) names.emplace(rows[i].text(0));
    return names;
}

template <std::size_t Size>
std::vector<std::string_view> missing_from(const Names& present, const std::array<std::string_view, Size>& wanted) {
    std::vector<std::string_view> missing;
    std::copy_if(wanted.begin(), wanted.end(), std::back_inserter(missing),
                 [&](std::string_view name) { return !present.contains(name); });
    return missing;
}

void require_migrations(Session& session, const Names& tables) {
    const Names recorded =
        tables.contains("django_migrations") ? read_names(session.execute(kListMigrations)) : Names{};
    if (recorded.empty())
        throw MigrationError(fmt::format(
            "Tables of Django are there ({}) without a record of its migrations (django_migrations is missing or "
            "empty). Restore that table from a backup, or use an empty database.",
            fmt::join(tables, ", ")));
    if (const auto missing = missing_from(recorded, kMigrations); !missing.empty())
        throw MigrationError(fmt::format(
            "The original has not applied all of its migrations to this database. Missing: {}. In the original's "
            "folder and environment, run `python manage.py migrate`. If it finds nothing to apply, its packages are "
            "too old: run `pip install --upgrade \"django>=4.2,<6\" \"djangorestframework-simplejwt>=5.2,<6\"`, and "
            "`python manage.py migrate` again.",
            fmt::join(missing, ", ")));
}

void require_tables(const Names& tables) {
    if (const auto gone = missing_from(tables, kTables); !gone.empty())
        throw MigrationError(fmt::format(
            "django_migrations says that all is applied, but tables are missing: {}. Restore them from a backup, or "
            "use an empty database.",
            fmt::join(gone, ", ")));
}

void require_columns(Session& session) {
    if (const Names faults = read_names(session.execute(kFindFaults)); !faults.empty())
        throw MigrationError(fmt::format(
            "The original's tables are not as its migrations leave them: {}. Make a backup, run what stands in "
            "brackets as the owner of the tables, and try again.",
            fmt::join(faults, "; ")));
}

}  // namespace

bool has_django_tables(Session& session) {
    const Names tables = read_names(session.execute(kListTables, {fmt::format("{{{}}}", fmt::join(kTables, ","))}));
    if (tables.empty()) return false;
    require_migrations(session, tables);
    require_tables(tables);
    require_columns(session);
    return true;
}

}  // namespace wdx::db
