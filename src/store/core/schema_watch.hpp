#pragma once

#include "db/pool.hpp"
#include "store/core/core_schema.hpp"
#include "store/journal/journal.hpp"

#include <string>
#include <utility>

#include <boost/asio/awaitable.hpp>

namespace wdx::store {

/// Keeps what is known of the core's tables: they are not ours, may be made after we start and may change while we
/// run.  Belongs to the event loop's thread.
class SchemaWatch {
  public:
    /// @param time_zone  in which the core wrote timestamps without a zone; empty: the database's own
    SchemaWatch(db::Pool& pool, Journal& journal, std::string time_zone)
        : pool_(pool), journal_(journal), time_zone_(std::move(time_zone)) {}

    /// Reads the catalog, and asks whether the database knows the time zone: which zones there are is up to its
    /// machine. Logs what is missing when that has changed; a change is an event, too.
    /// @throws DbError
    boost::asio::awaitable<void> refresh();

    [[nodiscard]] bool is_known() const noexcept { return known_; }
    /// Without timestamps that cannot be read, because the database does not know their zone.
    [[nodiscard]] const CoreSchema& schema() const noexcept { return schema_; }
    /// @return a sentence for the client when accounts, users or one of their columns is missing or must not be read;
    ///         empty when all is well or nothing is known yet
    [[nodiscard]] const std::string& problem() const noexcept { return problem_; }

  private:
    boost::asio::awaitable<bool> knows_time_zone();
    void tell_time_zone() const;
    void tell(bool changed) const;

    db::Pool& pool_;
    Journal& journal_;
    std::string time_zone_;
    CoreSchema schema_;
    bool time_zone_known_ = true;
    std::string problem_;
    bool known_ = false;
};

}  // namespace wdx::store
