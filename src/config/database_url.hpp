#pragma once

#include <string>
#include <string_view>

namespace wdx::config {

/// The same database with this password, which goes before one that the text holds.  Any bytes will do as a password.
/// @param url  as `check_database_url` accepts it
std::string with_password(std::string_view url, std::string_view password);

}  // namespace wdx::config
