#include "cli/openapi.hpp"

#include "api/openapi/openapi.hpp"
#include "api/routes.hpp"
#include "base/json_writer.hpp"

#include <ostream>

namespace wdx::cli {

void write_openapi(std::ostream& out, std::string_view generation) {
    constexpr int kSpaces = 1;
    constexpr bool kBasicAuth = false;
    std::string text;
    base::JsonIndenter(kSpaces).feed(
        api::make_openapi(api::all_routes(), store::CoreSchema::of(generation), kBasicAuth), text);
    out << text << '\n';
}

}  // namespace wdx::cli
