#pragma once

#include <initializer_list>
#include <string_view>

namespace wdx::rest {

/// The first of `available` that Accept-Encoding takes; what it refuses (`q=0`) or does not name is not taken.  A
/// wildcard stands for every coding that is not named.  Other q-values are not compared: the server's order decides.
/// @param accept_encoding  the header's value, empty when there is none
/// @return empty: send the bytes as they are
/// Source: RFC 9110, section 12.5.3.
std::string_view choose_coding(std::string_view accept_encoding, std::initializer_list<std::string_view> available);

}  // namespace wdx::rest
