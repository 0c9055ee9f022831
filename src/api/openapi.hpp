#pragma once

#include "store/core_schema.hpp"

#include <optional>
#include <string>

namespace wdx::api {

/// The OpenAPI 3.1 document of the whole API, made of the table of routes, what operations.hpp says of them, and the
/// fields of resources as the connected database has them.
/// @param schema      has the tables `accounts` and `users`; routes about other tables that it lacks, or whose key they
///                    lack, are left out
/// @param basic_auth  HTTP Basic is taken, too
/// @return compact JSON
std::string make_openapi(const store::CoreSchema& schema, bool basic_auth);

/// The document of the schema of now, made when it is asked for first and when the schema has changed.
class OpenApiDocument {
  public:
    const std::string& text(const store::CoreSchema& schema, bool basic_auth);

  private:
    std::optional<store::CoreSchema> made_for_;
    std::string text_;
};

}  // namespace wdx::api
