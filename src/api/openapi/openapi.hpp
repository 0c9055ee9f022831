#pragma once

#include "api/request/route.hpp"
#include "store/core/core_schema.hpp"

#include <optional>
#include <span>
#include <string>

namespace wdx::api {

/// The OpenAPI 3.1 document of the whole API, made of the table of routes and of the fields of resources as the
/// connected database has them.
/// @param schema      has the tables `accounts` and `users`; routes about other tables that it lacks, or whose key they
///                    lack, are left out
/// @param basic_auth  HTTP Basic is taken, too
/// @return compact JSON
std::string make_openapi(std::span<const Route> routes, const store::CoreSchema& schema, bool basic_auth);

/// The document of the schema of now, made when it is asked for first and when the schema has changed.
class OpenApiDocument {
  public:
    /// As `make_openapi`; the routes outlive it.
    OpenApiDocument(std::span<const Route> routes, bool basic_auth) : routes_(routes), basic_auth_(basic_auth) {}

    const std::string& text(const store::CoreSchema& schema);

  private:
    std::span<const Route> routes_;
    bool basic_auth_;
    std::optional<store::CoreSchema> made_for_;
    std::string text_;
};

}  // namespace wdx::api
