#pragma once

#include <memory>
#include <string>
#include <string_view>

struct evp_md_ctx_st;  // OpenSSL's EVP_MD_CTX

namespace wdx::base {

/// SHA-256 as 64 lower-case hex digits.
std::string sha256_hex(std::string_view text);

/// SHA-256 of what comes piece by piece.
class Sha256 {
  public:
    Sha256();
    /// @throws std::bad_alloc
    void update(std::string_view text);
    /// As sha256_hex.  Nothing can be added afterwards.
    [[nodiscard]] std::string hex();

  private:
    struct Free {
        void operator()(evp_md_ctx_st* context) const noexcept;
    };
    std::unique_ptr<evp_md_ctx_st, Free> context_;
};

}  // namespace wdx::base
