#include "db/batch.hpp"

#include <stdexcept>
#include <utility>

namespace wdx::db {

std::size_t Batch::add(const Query& query, std::vector<Param> params) {
    if (size_ == kMaxStatements) throw std::logic_error("too many statements in one batch");
    statements_[size_].query = &query;
    statements_[size_].params = std::move(params);
    return size_++;
}

}  // namespace wdx::db
