#pragma once

#include "base/embedded.hpp"

#include <span>
#include <string_view>

namespace wdx::api {

// Parts of the OpenAPI document that no table of fields describes: a file `<component>.json` each.

/// Answers, from schemas/; those of resources and bodies are made from their fields.
std::span<const embedded::EmbeddedFile> schema_files();
/// Parameters that several operations share, from parameters/.
std::span<const embedded::EmbeddedFile> parameter_files();
/// Headers of answers, from headers/.
std::span<const embedded::EmbeddedFile> header_files();

/// A refusal: its component is a response.
struct Refusal {
    unsigned status;
    std::string_view name;
    std::string_view help;
    std::string_view schema = "Detail";  ///< a component
    std::string_view header = {};        ///< a component
};
std::span<const Refusal> refusals();

/// The chapters of the document, in order.
struct Tag {
    std::string_view name;
    std::string_view help;
};
std::span<const Tag> tags();

}  // namespace wdx::api
