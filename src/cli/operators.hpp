#pragma once

#include "db/session.hpp"
#include "store/login/operator_admin.hpp"

#include <string>

namespace wdx::cli {

/// @param wanted  a user name; may be empty when there is exactly one operator
/// @throws CommandError  kRefused: no such operator, or none at all; kUsage: several, and none was named
/// @throws DbError
store::NamedOperator choose_operator(db::Session& session, const std::string& wanted);

}  // namespace wdx::cli
