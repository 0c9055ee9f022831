#include "app/listeners.hpp"

#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wdx::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;
using testing::ThrowsMessage;

TEST(IsBeyondLoopback, LooksAtEveryAddress) {
    EXPECT_FALSE(is_beyond_loopback({}, {"127.0.0.1:8000", "[::1]:8000", "localhost:1", "unix:/run/wdx.sock"}));
    EXPECT_TRUE(is_beyond_loopback({}, {"127.0.0.1:8000", "0.0.0.0:8000"}));
    EXPECT_TRUE(is_beyond_loopback({}, {"[::]:8000"}));
}

ListenersOptions options_for(const std::vector<std::string>& addresses) {
    return {.clients = {},
            .management = {},
            .addresses = addresses,
            .sockets = {},
            .management_address = {},
            .tls_cert = {},
            .tls_key = {}};
}

TEST(Listeners, TellWhereTheyListen) {
    boost::asio::io_context context;
    Listeners listeners(context.get_executor(), options_for({"127.0.0.1:0"}));
    listeners.listen();
    EXPECT_THAT(listeners.urls(), ElementsAre(StartsWith("http://127.0.0.1:")));
    EXPECT_EQ(listeners.connections(), 0U);
}

TEST(Listeners, NameTheAddressThatCannotBeHad) {
    boost::asio::io_context context;
    Listeners first(context.get_executor(), options_for({"127.0.0.1:0"}));
    first.listen();
    const std::string taken = first.urls().front().substr(std::string("http://").size());
    Listeners second(context.get_executor(), options_for({taken}));
    EXPECT_THAT([&] { second.listen(); }, ThrowsMessage<std::runtime_error>(HasSubstr("cannot listen on " + taken)));
}

TEST(Listeners, DoNotBeginWithACertificateThatIsNotThere) {
    boost::asio::io_context context;
    ListenersOptions options = options_for({"127.0.0.1:0"});
    options.tls_cert = "/nonexistent/cert.pem";
    options.tls_key = "/nonexistent/key.pem";
    EXPECT_THROW(Listeners(context.get_executor(), options), std::exception);
}

}  // namespace
}  // namespace wdx::app
