#pragma once

#include "db/rows.hpp"

#include <list>
#include <span>
#include <string>
#include <string_view>

namespace wdx::db {

// A SQL_ASCII database holds bytes of any encoding, and one value must not decide the fate of a whole answer: read as
// UTF-8, one row that is none would fail it.

/// To be called when connected: values of a SQL_ASCII database come as they are, those of all others in UTF-8.  Every
/// pooler keeps client_encoding for each client.
/// @return false: the server refused
bool take_bytes_as_they_are(PGconn* connection);

/// What a connection received.  Where it takes bytes as they are, a text that is no UTF-8 is NULL, and such a string
/// within JSON null.  Columns whose names begin with `_` stay as they are: they are not shown, and the position of a
/// cursor has to be found again.
Rows decoded_rows(const PGconn* connection, ResultPtr result);
/// The same for a row of a COPY.
/// @param values  of the row; replaced where they have to be
/// @param kept    holds what they are replaced by; what it held before is dropped
void decode_row(const PGconn* connection, const Rows& shape, std::span<Value> values, std::list<std::string>& kept);

/// JSON in which every string that is no UTF-8 is null.
std::string with_undecodable_strings_null(std::string_view json);

}  // namespace wdx::db
