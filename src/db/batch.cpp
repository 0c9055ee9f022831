#include "db/batch.hpp"

#include <stdexcept>

namespace wdx::db {

std::size_t Batch::add(const Query& query, std::initializer_list<Param> params) {
    if (size_ == kMaxStatements) throw std::logic_error("too many statements in one batch");
    statements_[size_].query = &query;
    statements_[size_].params = params;
    return size_++;
}

}  // namespace wdx::db
