#include "cli/flushexpiredtokens.hpp"

#include "cli/command.hpp"
#include "store/expired.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wdx::cli {
namespace {

struct Batch {
    std::int64_t count = 0;
    std::string last_id;
};

/// @return what was deleted, nothing when no expired token is left behind `after`
std::optional<Batch> delete_batch(db::Session& session, const std::string& after, std::chrono::seconds timeout) {
    db::Session::Transaction transaction(session, timeout);
    session.execute(store::kLockExpired.sql);
    const db::Rows rows = session.execute(store::kDeleteExpiredTokens.sql, {after});
    transaction.commit();
    const std::int64_t count = rows.front().integer(0);
    if (count == 0) return std::nullopt;
    return Batch{count, std::string(rows.front().text(1))};
}

/// @return false when nothing is left
bool delete_sessions(db::Session& session, std::chrono::seconds timeout) {
    db::Session::Transaction transaction(session, timeout);
    session.execute(store::kLockExpired.sql);
    const bool more = session.execute(store::kDeleteExpiredSessions.sql).front().integer(0) > 0;
    transaction.commit();
    return more;
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
        while (delete_sessions(session, config.statement_timeout)) {
        }
        out << "Expired tokens deleted: " << total << ".\n";
        return kDone;
    });
}

}  // namespace wdx::cli
