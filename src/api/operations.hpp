#pragma once

#include "api/routes.hpp"
#include "model/resource.hpp"

#include <array>
#include <span>
#include <string_view>

namespace wdx::api {

/// What a route answers with when all goes well.
enum class Gives {
    object,  ///< the component `answer`
    list,    ///< rows of `resource`, in all shapes and formats of a list
    detail,  ///< one row of `resource` with every column that it has
    nothing  ///< no body
};

/// What the OpenAPI document says of a route besides what stands in its `Route`.
struct Operation {
    Verb verb;
    std::string_view pattern;
    std::string_view id;         ///< name of the function in generated clients
    std::string_view tag;        ///< chapter of the document
    std::string_view help;       ///< sentences in Markdown
    std::string_view body = {};  ///< component of what is sent; empty: nothing is
    Gives gives = Gives::object;
    std::string_view answer = {};                  ///< component, for `Gives::object`
    const model::Resource* resource = nullptr;     ///< what it is about: absent with its table
    std::array<unsigned, 3> statuses{200};         ///< when all goes well: the first is the usual one
    std::array<unsigned, 3> refusals{};            ///< beyond those that follow from the route
    std::array<std::string_view, 3> parameters{};  ///< component parameters, besides those of the path and of lists
    std::array<std::string_view, 2> headers{};     ///< component headers of the answer
    std::string_view media = "application/json";   ///< of the answer, for `Gives::object`
};

/// One for each route of the table and each probe; the unit tests hold both together.
std::span<const Operation> all_operations();
/// `/healthz` and `/readyz`, which the pipeline answers: without handlers.
std::span<const Route> probe_routes();
/// @throws std::logic_error when the route has none
const Operation& operation_of(const Route& route);

}  // namespace wdx::api
