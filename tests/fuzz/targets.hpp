#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

/// The fuzz targets: each reads `input` as a stranger may have sent it, and throws when what our code made of it lacks
/// a property.  libFuzzer calls one of them again and again (entry.cpp); tests/unit/fuzz replays the inputs that once
/// failed.  A target is one function here, one file in targets/ and, for its seeds, one function in make_seeds.py.
namespace wdx::fuzz {

/// A property that does not hold.  Nothing catches it, so that libFuzzer sees a crash.
class PropertyFault : public std::logic_error {
  public:
    using std::logic_error::logic_error;
};

/// @throws PropertyFault unless `holds`
inline void require(bool holds, const char* property) {
    if (!holds) throw PropertyFault(property);
}

void authorization(std::string_view input);
void client_address(std::string_view input);
void config_values(std::string_view input);
void fields(std::string_view input);
void filter_values(std::string_view input);
void http_head(std::string_view input);
void json_body(std::string_view input);
void list_query(std::string_view input);
void password_hash(std::string_view input);
void row_writer(std::string_view input);
void token(std::string_view input);
void url(std::string_view input);

}  // namespace wdx::fuzz
