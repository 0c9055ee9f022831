#pragma once

#include "store/edits/repeated_writes.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>

namespace wdx::store {

/// What operators wrote: the tables watchdxg_edit and watchdxg_edited_row, which every repeatable write fills
/// (`record_change_sql`).  Every method throws DbError.
class EditStore {
  public:
    static constexpr std::int64_t kPruneRows = 5000;  ///< deleted by one statement

    explicit EditStore(db::Pool& pool) : pool_(pool) {}

    /// A statement for `Context::read`: the table that an edit wrote.
    /// @return index for `read_table`
    static std::size_t add_find_table(db::Batch& batch, const std::string& id);
    /// @return as events name it; nullopt: there is no such edit, or it is no longer known
    static std::optional<std::string> read_table(const db::Rows& rows);

    /// Takes an edit back, and is one itself: 200 `{"edit_id","reverted","skipped":[{"user_id","reason"}]}`.  Every row
    /// gets all the columns that it had, its id and the mark of a sampled verdict included.  Rows that are not as the
    /// edit left them stay as they are: `changed`, or `gone` with or without their user.  Where nothing is reverted,
    /// there is no new edit, and the old one can be tried again.  `no_row`, `already_undone`.
    /// @param table  what the edit wrote, as `read_table` has it
    boost::asio::awaitable<Written> undo(const WriteRequest& request, const std::string& id, std::string_view table);

    /// Deletes edits older than `retention`, and rows of edits that are gone: at most `kPruneRows` of either.
    /// @return how many; fewer than `kPruneRows`: that was all for now
    boost::asio::awaitable<std::int64_t> prune(std::chrono::seconds retention);

  private:
    db::Pool& pool_;
};

}  // namespace wdx::store
