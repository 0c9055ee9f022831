#pragma once

#include <string>
#include <string_view>

namespace wdx::db {

/// True for a URI whose password holds a character that has a meaning there, such as `@` or `/`: libpq then takes a
/// part of the password for the host, the port or the database.  A guess, for after a connection has failed: a name of
/// a database may hold these characters, too.
bool is_misread_url(std::string_view url);

/// Why a connection failed, for the operator.  Where the URL is misread, that: libpq's message would name a wrong host,
/// and show a part of the password.
std::string connect_failure(std::string_view url, std::string libpq_message);

}  // namespace wdx::db
