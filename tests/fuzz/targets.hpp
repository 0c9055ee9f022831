#pragma once

#include <array>
#include <stdexcept>
#include <string>
#include <string_view>

/// The fuzz targets: each reads `input` as a stranger may have sent it, and throws when what our code made of it lacks
/// a property.  libFuzzer calls one of them again and again (entry.cpp); tests/unit/fuzz replays the inputs that once
/// failed.  A target is one function and one row here, one file in targets/ and, for its seeds, one function in
/// make_seeds.py.
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
void console_login(std::string_view input);
void copied_row(std::string_view input);
void fields(std::string_view input);
void filter_values(std::string_view input);
void http_head(std::string_view input);
void json_body(std::string_view input);
void list_query(std::string_view input);
void password_hash(std::string_view input);
void row_writer(std::string_view input);
void token(std::string_view input);
void url(std::string_view input);

struct Target {
    std::string_view name;
    void (*run)(std::string_view input);
};
inline constexpr std::array kTargets{
    Target{"authorization", &authorization},
    Target{"client_address", &client_address},
    Target{"config_values", &config_values},
    Target{"console_login", &console_login},
    Target{"copied_row", &copied_row},
    Target{"fields", &fields},
    Target{"filter_values", &filter_values},
    Target{"http_head", &http_head},
    Target{"json_body", &json_body},
    Target{"list_query", &list_query},
    Target{"password_hash", &password_hash},
    Target{"row_writer", &row_writer},
    Target{"token", &token},
    Target{"url", &url},
};

}  // namespace wdx::fuzz
