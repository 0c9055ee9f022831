#pragma once

#include "db/session.hpp"
#include "store/core/core_indexes.hpp"
#include "store/core/core_schema.hpp"
#include "store/core/list_sql.hpp"

#include <chrono>
#include <optional>
#include <string_view>

namespace wdx::store {

/// A statement that the server itself sends, for rows of the connected database, to tell what an index saves.
/// @return nullopt where there are no such rows
/// @throws DbError
std::optional<ListSql> example_of(db::Session& session, const CoreIndex& index, const CoreSchema& schema,
                                  std::string_view time_zone);

enum class Use {
    as_it_is,
    no_index,  ///< as if the tables had no index at all
};

/// What EXPLAIN ANALYZE says of a statement: the second of two runs, so that the first one has read the disk.
struct Measured {
    std::optional<double> ms;  ///< nullopt: it took longer than the timeout
    bool uses_index = false;   ///< the index that was named is in the plan
};

/// Runs it, twice, in a transaction that only reads.
/// @param index  the name of an index
/// @throws DbError
Measured measure(db::Session& session, const ListSql& statement, Use use, std::string_view index,
                 std::chrono::milliseconds timeout);

}  // namespace wdx::store
