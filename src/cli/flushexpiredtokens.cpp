#include "cli/flushexpiredtokens.hpp"

#include "cli/command.hpp"
#include "store/login/expired.hpp"

#include <cstdint>
#include <limits>
#include <optional>

namespace wdx::cli {
namespace {

/// @return nullopt when no expired token is left behind `after`
std::optional<store::DeletedTokens> delete_tokens(db::Session& session, std::int64_t after,
                                                  std::chrono::seconds timeout) {
    db::Session::Transaction transaction(session, timeout);
    const auto deleted = store::delete_expired_tokens(session, after);
    transaction.commit();
    return deleted;
}

/// @return false when nothing is left
bool delete_sessions(db::Session& session, std::chrono::seconds timeout) {
    db::Session::Transaction transaction(session, timeout);
    const bool more = store::delete_expired_sessions(session) > 0;
    transaction.commit();
    return more;
}

}  // namespace

int flushexpiredtokens(const config::Config& config, std::ostream& out, std::ostream& err) {
    return run_command(err, [&] {
        db::Session session = connect(config);
        require_migrated(session);
        std::int64_t total = 0;
        std::int64_t last_id = std::numeric_limits<std::int64_t>::min();
        while (const auto deleted = delete_tokens(session, last_id, config.statement_timeout)) {
            total += deleted->count;
            last_id = deleted->last_id;
        }
        while (delete_sessions(session, config.statement_timeout)) {
        }
        out << "Expired tokens deleted: " << total << ".\n";
        return kDone;
    });
}

}  // namespace wdx::cli
