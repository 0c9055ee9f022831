# Everything comes from Debian 12 packages; scripts/setup installs them by name.
find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS system)
find_package(OpenSSL 3 REQUIRED)
find_package(PostgreSQL REQUIRED)
find_package(spdlog REQUIRED)
find_package(fmt REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(prometheus REQUIRED IMPORTED_TARGET prometheus-cpp-core)
pkg_check_modules(argon2 REQUIRED IMPORTED_TARGET libargon2)
pkg_check_modules(qrencode REQUIRED IMPORTED_TARGET libqrencode)
pkg_check_modules(crypt REQUIRED IMPORTED_TARGET libcrypt)
find_path(CLI11_INCLUDE_DIR CLI/CLI.hpp REQUIRED)

# Asio and Beast (flags.cmake).  Whoever has the flags links it; only what it defines and they use gets into a program.
add_library(wdx_asio STATIC ${PROJECT_SOURCE_DIR}/cmake/asio_library.cpp)
target_link_libraries(wdx_asio PRIVATE wdx_flags Boost::headers OpenSSL::SSL Threads::Threads)
target_link_libraries(wdx_flags INTERFACE wdx_asio)
