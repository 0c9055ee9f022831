#pragma once

#include "alert/forms.hpp"
#include "alert/message.hpp"

#include <atomic>
#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

namespace wdx::alert {

inline constexpr std::string_view kWebhook = "webhook";
inline constexpr std::string_view kEmail = "email";

struct SenderOptions {
    std::string webhook;  ///< URL; empty: no such channel
    std::string webhook_secret;
    Form webhook_form = Form::json;
    std::vector<std::string> email;  ///< recipients; empty: no such channel
    std::string smtp_url;
    std::filesystem::path ca_file;     ///< empty: the system's authorities
    std::chrono::seconds timeout{10};  ///< of one attempt
};

/// Brings alerts to the channels that the operator has configured, by libcurl, on threads of its own: one for each
/// channel, so that a receiver that hangs keeps up nobody else.  Calls no other URL: redirects are not followed, and
/// what the environment says of proxies is not heard.  Belongs to the event loop, whose pipeline it never blocks.
class Sender {
  public:
    explicit Sender(SenderOptions options);
    Sender(const Sender&) = delete;
    Sender& operator=(const Sender&) = delete;
    ~Sender();

    /// `webhook`, `email`: those that are configured.
    [[nodiscard]] const std::vector<std::string>& channels() const noexcept { return channels_; }

    /// Sends it once.
    /// @param channel  one of `channels`
    /// @return empty when the receiver has confirmed it; else why it did not, in words that have nothing of a URL or a
    ///         secret
    boost::asio::awaitable<std::string> send(std::string_view channel, Message message);

    /// What is being sent is broken off within about a second.  Does not wait for it.
    void stop() noexcept { stopping_ = true; }

  private:
    [[nodiscard]] std::string post(const Message& message) const;
    [[nodiscard]] std::string mail(const Message& message) const;

    SenderOptions options_;
    std::vector<std::string> channels_;
    std::string from_;           ///< of mails
    bool must_encrypt_ = false;  ///< mails
    std::atomic<bool> stopping_{false};
    boost::asio::thread_pool webhook_{1};
    boost::asio::thread_pool email_{1};
};

}  // namespace wdx::alert
