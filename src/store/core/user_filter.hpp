#pragma once

#include "model/list_query.hpp"

#include <utility>

namespace wdx::store {

/// Users as a query string of /api/users/ chooses them.  The query points into the columns of the view, which stay
/// where they are when it is moved.
struct UserFilter {
    model::View view;
    model::ListQuery query;

    UserFilter(model::View of, model::ListQuery asked) : view(std::move(of)), query(std::move(asked)) {}
    UserFilter(const UserFilter&) = delete;
    UserFilter& operator=(const UserFilter&) = delete;
    UserFilter(UserFilter&&) = default;
    UserFilter& operator=(UserFilter&&) = default;
    ~UserFilter() = default;
};

}  // namespace wdx::store
