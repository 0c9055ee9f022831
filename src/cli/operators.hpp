#pragma once

#include "db/session.hpp"

#include <string>

namespace wdx::cli {

struct Operator {
    std::string id;
    std::string username;
};

/// @param wanted  a user name; may be empty when there is exactly one user
/// @throws CommandError  kRefused: no such user, or none at all; kUsage: several, and none was named
/// @throws DbError
Operator choose_operator(db::Session& session, const std::string& wanted);

}  // namespace wdx::cli
