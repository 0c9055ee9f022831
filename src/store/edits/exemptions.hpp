#pragma once

#include "store/edits/repeated_writes.hpp"

#include <string>

#include <boost/asio/awaitable.hpp>

namespace wdx::store {

/// Handles about which nothing is planned: the table watchdxg_exemption.  Every method throws DbError.
class ExemptionStore {
  public:
    explicit ExemptionStore(db::Pool& pool) : pool_(pool) {}

    /// 201 with the row, or 200 where it was exempt already.  What waits for a worker is cancelled.
    /// @param handle  without `@`
    boost::asio::awaitable<Written> add(const WriteRequest& request, const std::string& handle);
    /// 204; `no_row`.
    boost::asio::awaitable<Written> remove(const WriteRequest& request, const std::string& handle);

  private:
    db::Pool& pool_;
};

}  // namespace wdx::store
