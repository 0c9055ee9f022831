#pragma once

#include "store/edits/classifications.hpp"
#include "store/edits/repeated_writes.hpp"

#include <string>

#include <boost/asio/awaitable.hpp>

namespace wdx::store {

/// Preferences as they are, and the strong entity tag of the text.
struct FoundPreferences {
    std::string body;  ///< compact JSON, `{}` where nothing has been kept yet
    std::string etag;
};

/// What the console remembers: one JSON object for each operator.  Every method throws DbError.
class PreferenceStore {
  public:
    explicit PreferenceStore(db::Pool& pool) : pool_(pool) {}

    /// A statement for `Context::read`.  @return index of the rows for `read_found`
    static std::size_t add_find(db::Batch& batch, std::int32_t operator_id);
    static FoundPreferences read_found(const db::Rows& rows);

    /// Keeps an object in the place of the one before: 200 with it; `failed_condition`.
    /// @param body  compact JSON
    boost::asio::awaitable<Written> set(const WriteRequest& request, const std::string& body,
                                        const RowConditions& conditions);

  private:
    db::Pool& pool_;
};

}  // namespace wdx::store
