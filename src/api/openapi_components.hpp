#pragma once

#include <span>
#include <string_view>

namespace wdx::api {

/// A part of the OpenAPI document that no table of fields describes.
struct Component {
    std::string_view name;
    std::string_view json;  ///< an object
};

/// Bodies and answers; those of resources are made from their fields.
std::span<const Component> schema_components();
/// Parameters that several operations share.
std::span<const Component> parameter_components();
/// Headers of answers.
std::span<const Component> header_components();

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
