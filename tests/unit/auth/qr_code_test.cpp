#include "auth/qr_code.hpp"

#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wdx::auth {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST(QrSvg, IsAPictureOfTheSizeThatTheTextNeeds) {
    // 14 bytes fit into version 1 at level M: 21 modules and 4 of margin on either side.
    EXPECT_THAT(qr_svg("fourteen bytes"), StartsWith(R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 29 29")"));
    EXPECT_THAT(qr_svg("just fifteen by"), HasSubstr(R"(viewBox="0 0 33 33")"));
}

TEST(QrSvg, BeginsWithTheUpperEdgesOfTwoFinders) {
    EXPECT_THAT(qr_svg("text"), HasSubstr(R"(<path d="M4,4h7v1h-7z)"));
    EXPECT_THAT(qr_svg("text"), HasSubstr("M18,4h7v1h-7zM4,5h1v1h-1zM10,5h1v1h-1z"));
}

TEST(QrSvg, RefusesATextThatIsTooLong) {
    EXPECT_NO_THROW(qr_svg(std::string(2331, 'x')));
    EXPECT_THROW(qr_svg(std::string(2332, 'x')), std::runtime_error);
}

}  // namespace
}  // namespace wdx::auth
