#include "alert/sender.hpp"

#include "alert/mail.hpp"
#include "base/offload.hpp"

#include <curl/curl.h>
#include <memory>
#include <stdexcept>
#include <utility>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace wdx::alert {
namespace {

namespace asio = boost::asio;

struct CurlDeleter {
    void operator()(CURL* curl) const noexcept { curl_easy_cleanup(curl); }
    void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
    void operator()(curl_mime* mime) const noexcept { curl_mime_free(mime); }
};
using Easy = std::unique_ptr<CURL, CurlDeleter>;
using List = std::unique_ptr<curl_slist, CurlDeleter>;
using Mime = std::unique_ptr<curl_mime, CurlDeleter>;

constexpr std::size_t kMostOfAnAnswer = 64 * 1024;  ///< bytes; nobody reads them

/// Counts the bytes of an answer and forgets them; breaks off one that does not end.
std::size_t discard(const char* /*bytes*/, std::size_t size, std::size_t count, void* seen) {
    auto& total = *static_cast<std::size_t*>(seen);
    total += size * count;
    return total > kMostOfAnAnswer ? 0 : size * count;
}

int is_over(void* stopping, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return static_cast<const std::atomic<bool>*>(stopping)->load() ? 1 : 0;
}

List list_of(const std::vector<std::string>& texts) {
    List list;
    for (const std::string& text : texts) {
        curl_slist* const longer = curl_slist_append(list.get(), text.c_str());
        if (longer == nullptr) throw std::bad_alloc();
        (void)list.release();
        list.reset(longer);
    }
    return list;
}

/// @throws std::runtime_error when libcurl does not take it: nothing is sent without a limit that was to hold
template <typename Value>
void set(CURL* curl, CURLoption option, Value value) {
    // libcurl's setter takes any type.
    if (curl_easy_setopt(curl, option, value) != CURLE_OK)  // NOLINT(*-vararg): as above
        throw std::runtime_error(fmt::format("libcurl refuses the option {}", static_cast<int>(option)));
}

Easy make_easy(const SenderOptions& options, const std::string& url, const char* protocols,
               std::atomic<bool>& stopping) {
    Easy easy(curl_easy_init());
    if (!easy) throw std::bad_alloc();
    set(easy.get(), CURLOPT_URL, url.c_str());
    set(easy.get(), CURLOPT_PROTOCOLS_STR, protocols);
    set(easy.get(), CURLOPT_FOLLOWLOCATION, 0L);
    set(easy.get(), CURLOPT_PROXY, "");  // nothing of the environment
    set(easy.get(), CURLOPT_NOSIGNAL, 1L);
    set(easy.get(), CURLOPT_TIMEOUT, static_cast<long>(options.timeout.count()));
    if (!options.ca_file.empty()) set(easy.get(), CURLOPT_CAINFO, options.ca_file.c_str());
    set(easy.get(), CURLOPT_NOPROGRESS, 0L);
    set(easy.get(), CURLOPT_XFERINFOFUNCTION, &is_over);
    set(easy.get(), CURLOPT_XFERINFODATA, static_cast<void*>(&stopping));
    return easy;
}

/// libcurl's own words for a failure name no host, path or password; those of its error buffer would.
std::string why(CURLcode code) {
    return code == CURLE_ABORTED_BY_CALLBACK ? "the server is stopping" : curl_easy_strerror(code);
}

void add_part(curl_mime* mime, const std::string& content, const char* type) {
    curl_mimepart* const part = curl_mime_addpart(mime);
    curl_mime_data(part, content.data(), content.size());
    curl_mime_type(part, type);
    curl_mime_encoder(part, "quoted-printable");
}

/// RFC 5322, section 3.3
std::string mail_date() {
    return fmt::format("{:%a, %d %b %Y %H:%M:%S} +0000", fmt::gmtime(std::time(nullptr)));
}

}  // namespace

Sender::Sender(SenderOptions options) : options_(std::move(options)) {
    if (!options_.webhook.empty()) channels_.emplace_back(kWebhook);
    if (!options_.email.empty()) {
        channels_.emplace_back(kEmail);
        from_ = sender_of(options_.smtp_url, options_.email);
        must_encrypt_ = must_encrypt(options_.smtp_url);
    }
    if (!channels_.empty()) curl_global_init(CURL_GLOBAL_DEFAULT);
}

Sender::~Sender() {
    stop();
    webhook_.join();
    email_.join();
}

asio::awaitable<std::string> Sender::send(std::string_view channel, Message message) {
    const bool is_mail = channel == kEmail;
    auto work = [this, is_mail, message = std::move(message)] { return is_mail ? mail(message) : post(message); };
    co_return co_await base::offload(is_mail ? email_ : webhook_, std::move(work));
}

std::string Sender::post(const Message& message) const {
    const Post request = make_post(message, options_.webhook_form, options_.webhook_secret);
    // libcurl's callback takes what it reads by a plain pointer.
    auto& stopping = const_cast<std::atomic<bool>&>(stopping_);  // NOLINT(*-const-cast): as above
    const Easy easy = make_easy(options_, options_.webhook, "https,http", stopping);
    List headers = list_of(request.headers);
    headers = List(curl_slist_append(headers.release(), "Expect:"));
    std::size_t seen = 0;
    set(easy.get(), CURLOPT_HTTPHEADER, headers.get());
    set(easy.get(), CURLOPT_USERAGENT, "watchdxg-back/" WDX_VERSION);
    set(easy.get(), CURLOPT_POSTFIELDSIZE, static_cast<long>(request.body.size()));
    set(easy.get(), CURLOPT_POSTFIELDS, request.body.data());
    set(easy.get(), CURLOPT_WRITEFUNCTION, &discard);
    set(easy.get(), CURLOPT_WRITEDATA, static_cast<void*>(&seen));
    const CURLcode code = curl_easy_perform(easy.get());
    long status = 0;
    curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &status);  // NOLINT(*-vararg): libcurl's getter, too
    constexpr long kOk = 200;
    constexpr long kRedirect = 300;
    constexpr long kClientError = 400;
    // The status is the answer, whatever becomes of the body.
    if (status >= kOk && status < kRedirect) return {};
    if (status >= kRedirect && status < kClientError)
        return fmt::format("answered {}, a redirect, which is not followed", status);
    return status >= kClientError || code == CURLE_OK ? fmt::format("answered {}", status) : why(code);
}

std::string Sender::mail(const Message& message) const {
    const Mail mail = make_mail(message, from_, options_.email, mail_date());
    auto& stopping = const_cast<std::atomic<bool>&>(stopping_);  // NOLINT(*-const-cast): as above
    const Easy easy = make_easy(options_, options_.smtp_url, "smtps,smtp", stopping);
    set(easy.get(), CURLOPT_USE_SSL, static_cast<long>(must_encrypt_ ? CURLUSESSL_ALL : CURLUSESSL_TRY));
    const List recipients = list_of(options_.email);
    const List headers = list_of(mail.headers);
    set(easy.get(), CURLOPT_MAIL_FROM, from_.c_str());
    set(easy.get(), CURLOPT_MAIL_RCPT, recipients.get());
    set(easy.get(), CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1L);  // one refused address keeps the mail from no other
    set(easy.get(), CURLOPT_HTTPHEADER, headers.get());
    const Mime whole(curl_mime_init(easy.get()));
    Mime alternatives(curl_mime_init(easy.get()));
    add_part(alternatives.get(), mail.text, "text/plain; charset=utf-8");
    add_part(alternatives.get(), mail.html, "text/html; charset=utf-8");
    curl_mimepart* const part = curl_mime_addpart(whole.get());
    curl_mime_subparts(part, alternatives.release());
    curl_mime_type(part, "multipart/alternative");
    set(easy.get(), CURLOPT_MIMEPOST, whole.get());
    const CURLcode code = curl_easy_perform(easy.get());
    if (code == CURLE_OK) return {};
    long status = 0;
    curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &status);  // NOLINT(*-vararg): libcurl's getter, too
    constexpr long kRefused = 400;
    return status >= kRefused ? fmt::format("answered {}", status) : why(code);
}

}  // namespace wdx::alert
