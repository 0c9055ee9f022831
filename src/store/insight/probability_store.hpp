#pragma once

#include "db/pool.hpp"
#include "model/insight.hpp"
#include "store/core/core_views.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>

namespace wdx::store {

/// An X account whose probability model is not that of its sampled verdicts any more.
struct OutdatedProbability {
    std::int64_t account = 0;
    std::string made_of{};  ///< names the verdicts, scores and ranks as they are now; empty: none is sampled
};

/// The probability models of the X accounts.
class ProbabilityStore {
  public:
    explicit ProbabilityStore(db::Pool& pool) : pool_(pool) {}

    /// @param views  with classifications
    /// @param signals  as signals_sql makes it
    /// @throws DbError
    boost::asio::awaitable<std::vector<OutdatedProbability>> list_outdated(const CoreViews& views,
                                                                           std::string_view signals);
    /// The users of the account whose verdicts are sampled, ordered by id, without handles and strengths.
    /// @param signals  as signals_sql makes it
    /// @throws DbError
    boost::asio::awaitable<std::vector<model::Labelled>> find_sampled(const CoreViews& views, std::string_view signals,
                                                                      std::int64_t account);
    /// @param model  nullopt: there is none
    /// @throws DbError
    boost::asio::awaitable<void> save(const OutdatedProbability& account,
                                      const std::optional<model::ProbabilityModel>& model);

  private:
    db::Pool& pool_;
};

}  // namespace wdx::store
