#pragma once

#include <cstddef>

/// What concerns the whole process rather than a part of the server.
namespace wdx::app {

/// Opens those of the descriptors 0 to 2 that are closed on /dev/null, so that no socket or file gets their numbers,
/// and with them what is written to standard error.  To be called before anything is opened.
void open_standard_descriptors();

/// A client that has left is an error of the write to it, not a signal that ends the program.
void ignore_broken_pipes();

/// Raises the limit of open files so that `connections` clients fit.  A limit that cannot be raised is not an error:
/// the log says how many are allowed.
void raise_file_limit(std::size_t connections);

/// Opens the log file again, which logrotate has moved away.  One that cannot be opened is said in the old one, which
/// stays in use.
void reopen_log();

}  // namespace wdx::app
