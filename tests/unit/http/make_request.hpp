#pragma once

#include "http/message.hpp"

#include <string>
#include <utility>
#include <vector>

namespace wdx::http {

using Fields = std::vector<std::pair<std::string, std::string>>;

/// A request as the session hands it over.
inline Request make_request(const std::string& method, const std::string& target, const Fields& fields = {},
                            const std::string& body = {}) {
    Request request;
    request.message.method_string(method);
    request.message.target(target);
    for (const auto& [name, value] : fields) request.message.insert(name, value);
    request.message.body() = body;
    return request;
}

}  // namespace wdx::http
