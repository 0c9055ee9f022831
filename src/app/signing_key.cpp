#include "app/signing_key.hpp"

#include "auth/secret_key.hpp"

#include <stdexcept>
#include <string>

#include <spdlog/spdlog.h>

namespace wdx::app {
namespace {

void require_strong_key(const std::string& key, const std::string& source, bool beyond_loopback) {
    if (!auth::is_weak_secret_key(key)) return;
    if (beyond_loopback)
        throw std::runtime_error("the secret key (" + source +
                                 ") is weak: refusing to listen beyond this machine; give one of 32 bytes or more");
    spdlog::warn("the secret key ({}) is weak: give one of 32 bytes or more", source);
}

}  // namespace

auth::SigningKey load_signing_key(const config::Config& config, bool beyond_loopback) {
    auth::SecretKey key = auth::load_or_create_secret_key(config.secret_key, config.data_dir);
    if (key.generated_now) spdlog::info("made a secret key: {}", key.source);
    require_strong_key(key.value, key.source, beyond_loopback);
    // A key that verifies is as dangerous in the wrong hands as the one that signs.
    for (const std::string& fallback : key.fallbacks)
        require_strong_key(fallback, auth::secret_key_fallbacks_path(config.data_dir).string(), beyond_loopback);
    for (const std::string& fallback : config.secret_key_fallbacks) {
        require_strong_key(fallback, "WDX_SECRET_KEY_FALLBACKS", beyond_loopback);
        key.fallbacks.push_back(fallback);
    }
    return auth::SigningKey(key.value, key.fallbacks);
}

}  // namespace wdx::app
