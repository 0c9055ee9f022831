#include "backup/sealed_keys.hpp"

#include "backup/error.hpp"

#include <fstream>
#include <memory>
#include <sstream>

#include <fmt/ranges.h>
#include <openssl/cms.h>
#include <openssl/evp.h>

namespace wdx::backup {
namespace {

/// OWASP Password Storage Cheat Sheet (2023): PBKDF2 with HMAC-SHA-256.
constexpr int kIterations = 600'000;

struct Free {
    void operator()(BIO* bio) const noexcept { BIO_free(bio); }
    void operator()(CMS_ContentInfo* content) const noexcept { CMS_ContentInfo_free(content); }
};
using Bio = std::unique_ptr<BIO, Free>;
using Content = std::unique_ptr<CMS_ContentInfo, Free>;

std::string read_secret(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    if (!(text << file.rdbuf())) throw BackupError("Cannot read " + path.string() + ", or it is empty.");
    return text.str();
}

void require_length(const std::string& secret, const std::filesystem::path& path) {
    if (secret.size() < kShortestPassphrase)
        throw BackupError(fmt::format("What {} holds is too short: {} bytes or more are wanted.", path.string(),
                                      kShortestPassphrase));
}

Bio memory(std::string_view text) {
    Bio bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
    if (!bio) throw std::bad_alloc();
    return bio;
}

Bio empty_memory() {
    Bio bio(BIO_new(BIO_s_mem()));
    if (!bio) throw std::bad_alloc();
    return bio;
}

std::string contents(const Bio& bio) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &data);
    return {data, static_cast<std::size_t>(size)};
}

}  // namespace

std::string read_passphrase_file(const std::filesystem::path& path) {
    std::string text = read_secret(path);
    if (text.ends_with('\n')) text.pop_back();
    if (text.ends_with('\r')) text.pop_back();
    if (text.find('\n') != std::string::npos)
        throw BackupError("The passphrase is one line, but " + path.string() + " has more.");
    require_length(text, path);
    return text;
}

std::string read_key_file(const std::filesystem::path& path) {
    std::string text = read_secret(path);
    require_length(text, path);
    return text;
}

std::string seal_keys(const std::vector<std::string>& keys, std::string_view secret) {
    const std::string text = fmt::format("{}\n", fmt::join(keys, "\n"));
    const Bio input = memory(text);
    const Content content(CMS_encrypt(nullptr, nullptr, EVP_aes_256_gcm(), CMS_PARTIAL | CMS_BINARY | CMS_STREAM));
    // OpenSSL owns and frees the copy of the password.
    auto* const copy = static_cast<unsigned char*>(OPENSSL_memdup(secret.data(), secret.size()));
    const Bio output = empty_memory();
    const bool sealed =
        content && copy != nullptr &&
        CMS_add0_recipient_password(content.get(), kIterations, NID_id_alg_PWRI_KEK, NID_undef, copy,
                                    static_cast<ossl_ssize_t>(secret.size()), EVP_aes_256_cbc()) != nullptr &&
        CMS_final(content.get(), input.get(), nullptr, CMS_BINARY) == 1 &&
        i2d_CMS_bio(output.get(), content.get()) == 1;
    if (!sealed) throw BackupError("OpenSSL cannot encrypt the signing key.");
    return contents(output);
}

std::vector<std::string> open_keys(std::string_view sealed, std::string_view secret) {
    const Bio input = memory(sealed);
    const Content content(d2i_CMS_bio(input.get(), nullptr));
    if (!content) throw BackupError("The encrypted signing key in this backup is not readable.");
    std::string password(secret);  // OpenSSL wants it writable
    const Bio output = empty_memory();
    const bool opened = CMS_decrypt_set1_password(content.get(), reinterpret_cast<unsigned char*>(password.data()),
                                                  static_cast<ossl_ssize_t>(password.size())) == 1 &&
                        CMS_decrypt(content.get(), nullptr, nullptr, nullptr, output.get(), CMS_BINARY) == 1;
    if (!opened) throw BackupError("That is not the passphrase or key file with which this backup was made.");
    std::istringstream lines(contents(output));
    std::vector<std::string> keys;
    for (std::string line; std::getline(lines, line);) keys.push_back(line);
    return keys;
}

}  // namespace wdx::backup
