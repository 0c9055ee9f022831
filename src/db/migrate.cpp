#include "db/migrate.hpp"

#include "db/django_schema.hpp"
#include "embedded/migrations.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <utility>

namespace wdx::db {
namespace {

using embedded::EmbeddedFile;

/// "wdx_migr" in ASCII; see docs/adr/0004-migrations.md.
constexpr std::int64_t kAdvisoryLock = 0x7764785f6d696772;
constexpr std::string_view kInitialMigration = "0001_initial";

// Visible is what Django's own introspection looks at (pg_table_is_visible), too.
constexpr std::string_view kListTables = R"sql(
    SELECT relname::text
      FROM pg_catalog.pg_class
     WHERE relkind IN ('r', 'p', 'v', 'm', 'f')
       AND pg_catalog.pg_table_is_visible(oid)
       AND (relname LIKE 'auth\_%' OR relname LIKE 'django\_%' OR relname LIKE 'token\_blacklist\_%'
            OR relname = 'watchdxg_migrations'))sql";
constexpr std::string_view kListDjangoMigrations = "SELECT app, name FROM django_migrations";
constexpr std::string_view kListOwnMigrations = "SELECT name FROM watchdxg_migrations";
constexpr std::string_view kMakeOwnTable = R"sql(
    CREATE TABLE IF NOT EXISTS watchdxg_migrations (
        name text PRIMARY KEY,
        applied timestamptz NOT NULL DEFAULT now()
    ))sql";
constexpr std::string_view kRecord = "INSERT INTO watchdxg_migrations (name) VALUES ($1)";

using Names = std::set<std::string, std::less<>>;

enum class Django { absent, complete };

/// What the catalog and the two bookkeeping tables say.
struct State {
    Names applied;  ///< of our own
    Django django = Django::absent;
};

std::string_view name_of(const EmbeddedFile& file) {
    return file.name.substr(0, file.name.rfind('.'));
}

Names read_names(Session& session, std::string_view sql) {
    Names names;
    const Rows rows = session.execute(sql);
    for (int i = 0; i < rows.size(); ++i) names.emplace(rows[i].text(0));
    return names;
}

Names read_django_migrations(Session& session) {
    Names names;
    const Rows rows = session.execute(kListDjangoMigrations);
    for (int i = 0; i < rows.size(); ++i)
        names.insert(std::string(rows[i].text(0)) + "." + std::string(rows[i].text(1)));
    return names;
}

std::string join(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
    return text;
}

std::vector<std::string> django_tables(const Names& tables, bool present) {
    std::vector<std::string> found;
    for (const std::string_view table : kDjangoTables)
        if (tables.contains(table) == present) found.emplace_back(table);
    return found;
}

std::vector<std::string> missing_django_migrations(const Names& recorded) {
    std::vector<std::string> missing;
    for (const DjangoMigration& wanted : kDjangoMigrations) {
        std::string name = std::string(wanted.app) + "." + std::string(wanted.name);
        if (!recorded.contains(name)) missing.push_back(std::move(name));
    }
    return missing;
}

Django judge_django(Session& session, const Names& tables) {
    const std::vector<std::string> present = django_tables(tables, true);
    if (present.empty()) return Django::absent;
    const Names recorded = tables.contains("django_migrations") ? read_django_migrations(session) : Names{};
    if (recorded.empty())
        throw MigrationError("Tables of Django are there (" + join(present) +
                             ") without a record of its migrations (django_migrations is missing or empty). Finish "
                             "the original's own `migrate` first, or use an empty database.");
    const std::vector<std::string> missing = missing_django_migrations(recorded);
    if (!missing.empty())
        throw MigrationError(
            "The original has not applied all of its migrations to this database. Missing: " + join(missing) +
            ". Finish the original's own `migrate` first (Django 5.2, SimpleJWT 5.5).");
    const std::vector<std::string> gone = django_tables(tables, false);
    if (!gone.empty())
        throw MigrationError("django_migrations says that all is applied, but tables are missing: " + join(gone) +
                             ". Restore them from a backup, or use an empty database.");
    return Django::complete;
}

State read_state(Session& session) {
    State state;
    const Names tables = read_names(session, kListTables);
    if (tables.contains("watchdxg_migrations")) state.applied = read_names(session, kListOwnMigrations);
    state.django = judge_django(session, tables);
    if (state.django == Django::absent && state.applied.contains(kInitialMigration))
        throw MigrationError("watchdxg_migrations says that " + std::string(kInitialMigration) +
                             " is applied, but Django's tables are gone. Restore them from a backup, or drop the "
                             "watchdxg_ tables as well to start anew.");
    return state;
}

bool is_adoptable(const State& state, const EmbeddedFile& file) {
    return name_of(file) == kInitialMigration && state.django == Django::complete;
}

/// @return what was done, nothing when another process had done it already
std::optional<MigrationStep> apply_one(Session& session, const EmbeddedFile& file) {
    Session::Transaction transaction(session);
    // Released with the transaction: a pooler that shares connections by transaction never leaks it.
    session.execute("SELECT pg_advisory_xact_lock($1::bigint)", {std::to_string(kAdvisoryLock)});
    const State state = read_state(session);
    if (state.applied.contains(name_of(file))) return std::nullopt;
    session.execute(kMakeOwnTable);
    const bool adopted = is_adoptable(state, file);
    if (!adopted) session.execute_script(file.contents);
    session.execute(kRecord, {name_of(file)});
    transaction.commit();
    return adopted ? MigrationStep::adopted : MigrationStep::applied;
}

void require_schema(Session& session) {
    if (session.execute("SELECT current_schema()").front().is_null(0))
        throw MigrationError("No schema of the search path exists, so there is no place to make tables in.");
}

}  // namespace

std::vector<std::string> pending(Session& session) {
    require_schema(session);
    const State state = read_state(session);
    std::vector<std::string> names;
    for (const EmbeddedFile& file : embedded::migrations::kFiles)
        if (!state.applied.contains(name_of(file)) && !is_adoptable(state, file)) names.emplace_back(name_of(file));
    return names;
}

void apply(Session& session, const std::function<void(std::string_view name, MigrationStep step)>& done) {
    require_schema(session);
    const Names applied = read_state(session).applied;
    for (const EmbeddedFile& file : embedded::migrations::kFiles) {
        if (applied.contains(name_of(file))) continue;
        if (const auto step = apply_one(session, file)) done(name_of(file), *step);
    }
}

}  // namespace wdx::db
