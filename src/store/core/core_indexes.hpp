#pragma once

#include "db/session.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wdx::store {

/// An index on a table of the core that the server's own statements use, and that the core does not make.
struct CoreIndex {
    std::string_view name;  ///< under which we make it
    std::string_view table;
    std::string_view method;               ///< `btree`, or `gin` for trigrams
    std::array<std::string_view, 3> keys;  ///< as CREATE INDEX takes them; the rest is empty
    std::string_view serves;               ///< in words
    bool is_basic = false;                 ///< lists of any account and user need it: `check` looks for it
    bool is_optional = false;              ///< it costs much: made only when it is asked for

    [[nodiscard]] bool needs_trigrams() const noexcept { return method == "gin"; }
};

/// All of them, those of a table together.
std::span<const CoreIndex> core_indexes();

/// `posts (user_id, id)`
std::string target_of(const CoreIndex& index);

/// The columns in it.
std::vector<std::string_view> columns_of(const CoreIndex& index);

/// An index that is there, whoever made it.
struct FoundIndex {
    std::string name;
    std::string quoted;     ///< with its schema
    bool is_valid = false;  ///< false: CREATE INDEX CONCURRENTLY was interrupted, or is at work
    bool is_whole = false;  ///< false: of some rows alone
    std::string method;
    std::vector<std::string> keys;  ///< written as those of CoreIndex
    std::int64_t bytes = 0;
};

/// A table of the core with its indexes.
struct IndexedTable {
    std::string quoted;           ///< with its schema where that is needed
    std::int64_t rows = 0;        ///< as PostgreSQL's statistics have them
    bool is_partitioned = false;  ///< indexes cannot be made concurrently
    bool is_ours = false;         ///< the connected role may make indexes on it
    std::string owner;
    std::vector<FoundIndex> indexes;
};

/// An index that serves every statement that `wanted` would serve: valid, whole, and beginning with the same keys, in
/// any direction where `wanted` names none; for trigrams one that has all of its columns.
const FoundIndex* find_serving(const std::vector<FoundIndex>& indexes, const CoreIndex& wanted);

/// What an interrupted CREATE INDEX CONCURRENTLY of ours has left.
const FoundIndex* find_broken(const std::vector<FoundIndex>& indexes, const CoreIndex& wanted);

// Over a blocking connection.  Everything throws DbError.

/// @return nullopt when there is no such table
std::optional<IndexedTable> read_indexed_table(db::Session& session, std::string_view table);

/// How large an index would be: for a B-tree the rows times the average width of its columns (pg_stats) with what
/// PostgreSQL adds to each entry, pages being 90 % full; for trigrams a multiple of the text.
/// @return nullopt where the table has no statistics yet
std::optional<std::int64_t> estimate_bytes(db::Session& session, const CoreIndex& index);

/// Where pg_trgm's operators are; empty: it is not installed.
std::string read_trigram_schema(db::Session& session);
/// The connected role may install pg_trgm, and PostgreSQL has it.
bool may_install_trigrams(db::Session& session);

/// The statement that makes it beside the running core.
/// @param trigram_schema  as above, for one that needs_trigrams()
std::string create_statement(const CoreIndex& index, std::string_view trigram_schema);

}  // namespace wdx::store
