#pragma once

#include "db/pool.hpp"
#include "store/core_schema.hpp"
#include "store/event_log.hpp"

#include <boost/asio/awaitable.hpp>

namespace wdx::store {

/// Keeps what is known of the core's tables: they are not ours, may be made after we start and may change while we
/// run.  Belongs to the event loop's thread.
class SchemaWatch {
  public:
    SchemaWatch(db::Pool& pool, EventLog& events) : pool_(pool), events_(events) {}

    /// Reads the catalog.  Logs what is missing when that has changed; a change is an event, too.
    /// @throws DbError
    boost::asio::awaitable<void> refresh();

    [[nodiscard]] bool is_known() const noexcept { return known_; }
    [[nodiscard]] const CoreSchema& schema() const noexcept { return schema_; }
    /// @return a sentence for the client when accounts, users or one of their columns is missing or must not be read;
    ///         empty when all is well or nothing is known yet
    [[nodiscard]] const std::string& problem() const noexcept { return problem_; }

  private:
    void tell(bool changed) const;

    db::Pool& pool_;
    EventLog& events_;
    CoreSchema schema_;
    std::string problem_;
    bool known_ = false;
};

}  // namespace wdx::store
