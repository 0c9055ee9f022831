#include "db/migrate.hpp"

#include "db/django_schema.hpp"
#include "embedded/migrations.hpp"

#include <cstdint>
#include <optional>
#include <set>

namespace wdx::db {
namespace {

using embedded::EmbeddedFile;

/// "wdx_migr" in ASCII; see docs/adr/0004-migrations.md.
constexpr std::int64_t kAdvisoryLock = 0x7764785f6d696772;
constexpr std::string_view kInitialMigration = "0001_initial";
constexpr int kLockPatience = 1000;  ///< milliseconds: while it waits for a table, all others wait behind it

// Visible is what Django's own introspection looks at (pg_table_is_visible), too.
constexpr std::string_view kHasOwnTable = R"sql(
    SELECT EXISTS (SELECT
                     FROM pg_catalog.pg_class
                    WHERE relname = 'watchdxg_migrations'
                      AND relkind IN ('r', 'p', 'v', 'm', 'f')
                      AND pg_catalog.pg_table_is_visible(oid)))sql";
constexpr std::string_view kListOwnMigrations = "SELECT name FROM watchdxg_migrations";
constexpr std::string_view kMakeOwnTable = R"sql(
    CREATE TABLE IF NOT EXISTS watchdxg_migrations (
        name text PRIMARY KEY,
        applied timestamptz NOT NULL DEFAULT now()
    ))sql";
constexpr std::string_view kRecord = "INSERT INTO watchdxg_migrations (name) VALUES ($1)";

using Names = std::set<std::string, std::less<>>;

/// What the catalog and the two bookkeeping tables say.
struct State {
    Names applied;            ///< of our own
    bool has_django = false;  ///< its tables, complete
};

std::string_view name_of(const EmbeddedFile& file) {
    return file.name.substr(0, file.name.rfind('.'));
}

Names read_own_migrations(Session& session) {
    Names names;
    const Rows rows = session.execute(kListOwnMigrations);
    for (int i = 0; i < rows.size(); ++i) names.emplace(rows[i].text(0));
    return names;
}

State read_state(Session& session) {
    State state;
    if (session.execute(kHasOwnTable).front().boolean(0)) state.applied = read_own_migrations(session);
    state.has_django = has_django_tables(session);
    if (!state.has_django && state.applied.contains(kInitialMigration))
        throw MigrationError("watchdxg_migrations says that " + std::string(kInitialMigration) +
                             " is applied, but Django's tables are gone. Restore them from a backup, or drop the "
                             "watchdxg_ tables as well to start afresh.");
    return state;
}

bool is_adoptable(const State& state, const EmbeddedFile& file) {
    return name_of(file) == kInitialMigration && state.has_django;
}

/// @return what was done, nothing when another process had done it already
std::optional<MigrationStep> apply_one(Session& session, const EmbeddedFile& file) {
    Session::Transaction transaction(session);
    // Released with the transaction: a pooler that shares connections by transaction never leaks it.
    session.execute("SELECT pg_advisory_xact_lock($1::bigint)", {std::to_string(kAdvisoryLock)});
    session.execute_script("SET LOCAL lock_timeout TO " + std::to_string(kLockPatience));
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

std::vector<std::string> list_migrations() {
    std::vector<std::string> names;
    for (const EmbeddedFile& file : embedded::migrations::kFiles) names.emplace_back(name_of(file));
    return names;
}

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
