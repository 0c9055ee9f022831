#include "cli/index_maker.hpp"

#include "cli/command.hpp"
#include "cli/index_report.hpp"
#include "db/error.hpp"
#include "store/core/column_sql.hpp"
#include "store/core/core_indexes.hpp"
#include "store/core/index_examples.hpp"

#include <chrono>
#include <optional>

#include <fmt/format.h>

namespace wdx::cli {
namespace {

using store::CoreIndex;
using store::CoreSchema;
using store::FoundIndex;
using store::IndexedTable;
using store::ListSql;
using store::Measured;

/// How long it waits for transactions of others.  Meanwhile the core reads and writes; only what alters the table waits
/// behind us, and everybody behind that.
constexpr std::chrono::seconds kLockTimeout{60};

constexpr std::string_view kLock = "SELECT pg_try_advisory_lock(x'7764785f696e6478'::bigint)";
// Where PostgreSQL has it (from 14 on), it notices within a second that we have gone.
constexpr std::string_view kNoticeOurEnd = R"sql(
    SELECT set_config(name, '1s', false)
      FROM pg_catalog.pg_settings
     WHERE name = 'client_connection_check_interval')sql";

constexpr std::string_view kLockNotAvailable = "55P03";

void prepare(db::Session& session) {
    if (!session.execute(kLock).front().boolean(0))
        throw CommandError(kRefused, "Another `watchdxg-back indexes --create` is at work in this database.");
    session.execute_script(fmt::format("SET statement_timeout = 0; SET lock_timeout = '{}s'", kLockTimeout.count()));
    session.execute(kNoticeOurEnd);
}

/// @throws CommandError where it waited in vain for others
void run(db::Session& session, const std::string& statement) {
    try {
        session.execute(statement);
    } catch (const db::DbError& error) {
        if (error.sqlstate() != kLockNotAvailable) throw;
        throw CommandError(kRefused,
                           fmt::format("A transaction of somebody else, perhaps a backup, did not end within {} s, and "
                                       "an index cannot be made beside it. Nothing is lost: run this again later.",
                                       kLockTimeout.count()));
    }
}

/// @return where pg_trgm is; empty where it cannot be installed, which is printed
std::string install_trigrams(db::Session& session, std::ostream& out) {
    if (std::string schema = store::read_trigram_schema(session); !schema.empty()) return schema;
    try {
        session.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm");
        out << "Installed pg_trgm.\n";
    } catch (const db::DbError& error) {
        if (!session.is_connected()) throw;
        out << "pg_trgm cannot be installed: " << error.message()
            << ".\nAs a superuser, in this database:\n    CREATE EXTENSION pg_trgm;\n";
    }
    return store::read_trigram_schema(session);
}

/// An index that is missing, and where the statement that it serves is measured.
class Making {
  public:
    Making(db::Session& session, const CoreIndex& index, const CoreSchema& schema, std::string_view time_zone)
        : session_(session), index_(index) {
        if (store::is_readable(schema, index.table)) statement_ = store::example_of(session, index, schema, time_zone);
        before_ = measure();
    }

    /// @param broken  what is left of an earlier attempt
    void make(const FoundIndex* broken, std::string_view trigram_schema) {
        const auto begin = std::chrono::steady_clock::now();
        if (broken != nullptr) run(session_, "DROP INDEX CONCURRENTLY IF EXISTS " + broken->quoted);
        run(session_, store::create_statement(index_, trigram_schema));
        // An expression has statistics of its own, which PostgreSQL needs to choose the index.
        run(session_, fmt::format("ANALYZE {}", index_.table));
        took_ = std::chrono::steady_clock::now() - begin;
    }

    /// `18.2 s, 16 MB, 73 ms before, 1.4 ms now`
    /// @throws CommandError when it is not there
    [[nodiscard]] std::string result() const {
        const auto table = store::read_indexed_table(session_, index_.table);
        const FoundIndex* const made = table ? find_serving(table->indexes, index_) : nullptr;
        if (made == nullptr)
            throw CommandError(
                kRefused, fmt::format("There is another index with the name {}. Drop it, or rename it.", index_.name));
        std::string text = fmt::format("{:.1f} s, {}", took_.count(), bytes(made->bytes));
        if (!before_) return text;
        const Measured now = *measure();
        text += fmt::format("; {} before, {} now", milliseconds(before_->ms), milliseconds(now.ms));
        return now.uses_index ? text : text + ": PostgreSQL does not use it for these data";
    }

  private:
    /// @return nullopt where there are no rows to measure with
    [[nodiscard]] std::optional<Measured> measure() const {
        if (!statement_) return std::nullopt;
        return store::measure(session_, *statement_, store::Use::as_it_is, index_.name, kMeasureTimeout);
    }

    db::Session& session_;
    const CoreIndex& index_;
    std::optional<ListSql> statement_;
    std::optional<Measured> before_;
    std::chrono::duration<double> took_{};
};

}  // namespace

std::string find_other_owner(db::Session& session) {
    for (const CoreIndex& index : store::core_indexes()) {
        const auto table = store::read_indexed_table(session, index.table);
        if (table && !table->is_ours && find_serving(table->indexes, index) == nullptr && !index.is_optional)
            return table->owner;
    }
    return {};
}

bool make_indexes(db::Session& session, const CoreSchema& schema, std::string_view time_zone, bool with_optional,
                  std::ostream& out) {
    prepare(session);
    int made = 0;
    bool all_made = true;
    std::optional<std::string> trigram_schema;
    for (const CoreIndex& index : store::core_indexes()) {
        if (!find_lacking(index, schema).empty()) continue;
        const auto table = store::read_indexed_table(session, index.table);
        if (!table || find_serving(table->indexes, index) != nullptr) continue;
        const FoundIndex* const broken = find_broken(table->indexes, index);
        if (index.is_optional && !with_optional && broken == nullptr) continue;
        if (table->is_partitioned) {
            out << store::target_of(index) << ": not made, for the table is partitioned: make it by hand\n";
            all_made = false;
            continue;
        }
        if (index.needs_trigrams()) {
            if (!trigram_schema) trigram_schema = install_trigrams(session, out);
            if (trigram_schema->empty()) {
                out << store::target_of(index) << ": not made, for it needs pg_trgm\n";
                all_made = false;
                continue;
            }
        }
        out << store::target_of(index) << ": " << std::flush;
        Making making(session, index, schema, time_zone);
        try {
            making.make(broken, trigram_schema.value_or(""));
        } catch (...) {
            out << "not made" << std::endl;
            throw;
        }
        out << making.result() << std::endl;
        ++made;
    }
    if (made == 0 && all_made) out << "Nothing to make: what this server's statements use is there.\n";
    return all_made;
}

}  // namespace wdx::cli
