#include "backup/sealed_keys.hpp"

#include "backup/error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wdx::backup {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(SealedKeys, AreOpenedByTheirSecretAlone) {
    const std::vector<std::string> keys{"the-key-that-signs", "one, that \"verifies\""};
    const std::string secret("any\0bytes\xFF are a secret", 24);
    const std::string sealed = seal_keys(keys, secret);
    EXPECT_THAT(sealed, Not(HasSubstr("signs")));
    EXPECT_EQ(open_keys(sealed, secret), keys);
    EXPECT_THROW(open_keys(sealed, "another secret"), BackupError);
}

TEST(SealedKeys, ThatWereAlteredAreRefused) {
    const std::string secret = "a passphrase";
    const std::string sealed = seal_keys({"the-key-that-signs"}, secret);
    for (const std::size_t place : {std::size_t{0}, sealed.size() / 2, sealed.size() - 20, sealed.size() - 1}) {
        std::string altered = sealed;
        altered[place] = static_cast<char>(altered[place] ^ 0x20);
        EXPECT_THROW(open_keys(altered, secret), BackupError) << place;
    }
    EXPECT_THROW(open_keys("", secret), BackupError);
}

}  // namespace
}  // namespace wdx::backup
