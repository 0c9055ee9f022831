#include "store/core/core_views.hpp"

#include "store/core/column_sql.hpp"
#include "store/core/views.hpp"

namespace wdx::store {
namespace {

using model::View;

/// A table without its key is as good as none.
bool has_owner(const View& view, const CoreSchema& schema) {
    return is_readable(schema, view.resource->table) && view.key().is_present && view.find("user_id")->is_present;
}

}  // namespace

CoreViews::CoreViews(const CoreSchema& schema, std::string_view time_zone)
    : users(view_of(model::kUsers, schema, time_zone)),
      posts(view_of(model::kPosts, schema, time_zone)),
      classifications(view_of(model::kClassifications, schema, time_zone)),
      actions(view_of(model::kActions, schema, time_zone)),
      has_posts(has_owner(posts, schema)),
      has_classifications(has_owner(classifications, schema)),
      has_actions(has_owner(actions, schema)) {}

}  // namespace wdx::store
