#pragma once

#include "db/session.hpp"

namespace wdx::db {

/// Looks for the tables that the original's own migrations make: Django 4.2 to 5.2 with SimpleJWT 5.2 to 5.5, on a
/// database that any older version began.  Their ids may be serial or identity columns, and those that nothing of ours
/// refers to integers or bigints.  Rows of other apps and of newer migrations do not matter.  Reads the catalog and
/// `django_migrations` alone.
/// @return false when none of Django's tables is there
/// @throws MigrationError  they are there, but not as we need them: migrations are missing, tables stand there without
///                         their rows in django_migrations, tables are gone, or columns are not what our statements
///                         count on.  The text says what to do.
/// @throws DbError
bool has_django_tables(Session& session);

}  // namespace wdx::db
