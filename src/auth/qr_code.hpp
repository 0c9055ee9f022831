#pragma once

#include <string>

namespace wdx::auth {

/// The QR code of a text, black on white with the margin that readers need, as an SVG document that scales to any size.
/// Thread-safe.
/// @param text  UTF-8 without NUL
/// @throws std::runtime_error when it is too long for a QR code (some 2,300 bytes)
/// Source: ISO/IEC 18004, error correction level M.
std::string qr_svg(const std::string& text);

}  // namespace wdx::auth
