#include "base/digest.hpp"

#include <array>
#include <new>

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

namespace wdx::base {

std::string sha256_hex(std::string_view text) {
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
    SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
    return fmt::format("{:02x}", fmt::join(digest, ""));
}

void Sha256::Free::operator()(evp_md_ctx_st* context) const noexcept {
    EVP_MD_CTX_free(context);
}

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
    if (!context_ || EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) != 1) throw std::bad_alloc();
}

void Sha256::update(std::string_view text) {
    if (EVP_DigestUpdate(context_.get(), text.data(), text.size()) != 1) throw std::bad_alloc();
}

std::string Sha256::hex() {
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
    if (EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr) != 1) throw std::bad_alloc();
    return fmt::format("{:02x}", fmt::join(digest, ""));
}

}  // namespace wdx::base
