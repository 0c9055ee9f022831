#include "auth/qr_code.hpp"

#include <memory>
#include <qrencode.h>
#include <stdexcept>

#include <fmt/format.h>

namespace wdx::auth {
namespace {

constexpr int kMargin = 4;  ///< modules of white around it

/// One stroke for each run of black modules in a row.
std::string path_of(const QRcode& code) {
    std::string path;
    for (int y = 0; y < code.width; ++y) {
        const unsigned char* row = code.data + static_cast<std::ptrdiff_t>(y) * code.width;
        for (int x = 0; x < code.width; ++x) {
            const int begin = x;
            while (x < code.width && (row[x] & 1U) != 0) ++x;
            if (x > begin)
                fmt::format_to(std::back_inserter(path), "M{},{}h{}v1h-{}z", begin + kMargin, y + kMargin, x - begin,
                               x - begin);
        }
    }
    return path;
}

}  // namespace

std::string qr_svg(const std::string& text) {
    const std::unique_ptr<QRcode, decltype(&QRcode_free)> code(QRcode_encodeString8bit(text.c_str(), 0, QR_ECLEVEL_M),
                                                               &QRcode_free);
    if (!code) throw std::runtime_error("no QR code: the text is too long");
    const int size = code->width + 2 * kMargin;
    return fmt::format(R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0} {0}" shape-rendering="crispEdges">)"
                       R"(<path fill="#fff" d="M0,0h{0}v{0}h-{0}z"/><path d="{1}"/></svg>)",
                       size, path_of(*code));
}

}  // namespace wdx::auth
