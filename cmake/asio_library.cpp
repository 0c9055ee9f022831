// Asio and Beast, compiled once for all that include them; see BOOST_ASIO_SEPARATE_COMPILATION in flags.cmake.
#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>
