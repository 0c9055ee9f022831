#include "cli/flushexpiredtokens.hpp"

#include "cli/command.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wdx::cli {
namespace {

// Batches follow the primary key (there is no index on expires_at), so that all of them together read the table once.
// A row that somebody holds is left for the next run.  The foreign key is deferred: one statement may delete both rows.
constexpr std::string_view kDeleteBatch = R"sql(
    WITH expired AS (
        SELECT id
          FROM token_blacklist_outstandingtoken
         WHERE expires_at <= now()
           AND id > $1::bigint
         ORDER BY id
         LIMIT 5000
           FOR UPDATE SKIP LOCKED
    ), revoked AS (
        DELETE FROM token_blacklist_blacklistedtoken WHERE token_id IN (SELECT id FROM expired)
    ), deleted AS (
        DELETE FROM token_blacklist_outstandingtoken WHERE id IN (SELECT id FROM expired) RETURNING id
    )
    SELECT count(*), max(id) FROM deleted)sql";

struct Batch {
    std::int64_t count = 0;
    std::string last_id;
};

/// @return what was deleted, nothing when no expired token is left behind `after`
std::optional<Batch> delete_batch(db::Session& session, const std::string& after, std::chrono::seconds timeout) {
    db::Session::Transaction transaction(session, timeout);
    const db::Rows rows = session.execute(kDeleteBatch, {after});
    transaction.commit();
    const std::int64_t count = rows.front().integer(0);
    if (count == 0) return std::nullopt;
    return Batch{count, std::string(rows.front().text(1))};
}

}  // namespace

int flushexpiredtokens(const config::Config& config, std::ostream& out, std::ostream& err) {
    return run_command(err, [&] {
        db::Session session = connect(config);
        require_migrated(session);
        std::int64_t total = 0;
        std::string last_id = "-9223372036854775808";
        while (const auto batch = delete_batch(session, last_id, config.statement_timeout)) {
            total += batch->count;
            last_id = batch->last_id;
        }
        out << "Expired tokens deleted: " << total << ".\n";
        return kDone;
    });
}

}  // namespace wdx::cli
