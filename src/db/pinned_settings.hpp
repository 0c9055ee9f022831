#pragma once

#include <string>

namespace wdx::db {

/// How long settings are pinned, and how that is said.
enum class PinFor {
    session,      ///< SET statements
    transaction,  ///< SET LOCAL statements, behind BEGIN
    pipeline,  ///< one SELECT: for the implicit transaction of a pipeline, in which SET LOCAL warns in the server's log
};

/// SQL without parameters: gives every setting that an answer depends on the value that our statements are written for,
/// whatever the server, the database and the role set.  What is not pinned, and why: docs/adr/0017.  Statements parsed
/// after it has run see the values.  A pooler in transaction mode takes it but for a session.
/// @param server_version  as PQserverVersion gives it: a server refuses names that it does not know
std::string pin_settings_sql(int server_version, PinFor pin_for);

/// The first statement of a transaction that counts on each statement seeing what was committed before it.  Not SET
/// TRANSACTION: that warns, in the server's log, where the transaction is an implicit one.
inline constexpr const char* kPinIsolation = "SET transaction_isolation = 'read committed'";

}  // namespace wdx::db
