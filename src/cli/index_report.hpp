#pragma once

#include "db/session.hpp"
#include "store/core/core_indexes.hpp"
#include "store/core/core_schema.hpp"

#include <chrono>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>

namespace wdx::cli {

/// How long a statement may take that is measured.
inline constexpr std::chrono::seconds kMeasureTimeout{20};

/// What is to do, as the report has it.
struct IndexReport {
    int missing = 0;               ///< that `--create` would make
    bool needs_extension = false;  ///< some of them need pg_trgm, which this role may not install
    std::string owner;             ///< of the tables, where it is another role; else empty
};

/// `73 ms`, `1.4 ms`, or `over 20 s` for nullopt.
std::string milliseconds(std::optional<double> ms);
/// `15 MB`
std::string bytes(std::int64_t count);

/// What of `index` the connected core does not have: `posts`, or `posts.views`.
std::string find_lacking(const store::CoreIndex& index, const store::CoreSchema& schema);

/// Prints each index: whether it is there, its size, and what the server's own statement takes without and with it.
/// @throws DbError
IndexReport report_indexes(db::Session& session, const store::CoreSchema& schema, std::string_view time_zone,
                           std::ostream& out);

}  // namespace wdx::cli
