#include "db/stream.hpp"

#include "db/error.hpp"
#include "db/literals.hpp"
#include "db/pinned_settings.hpp"
#include "db/undecodable.hpp"

#include <cstring>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

namespace wdx::db {
namespace {

namespace asio = boost::asio;
constexpr const char* kNull = "NULL";
constexpr const char* kInvalidEncoding = "22021";  ///< what PostgreSQL says of such a value
// What PQgetCopyData gives instead of a length.
constexpr int kNotYet = 0;
constexpr int kCopyEnded = -1;
constexpr int kCopyFailed = -2;

/// Asks the server to stop, then closes the connection; PQcancel blocks, so a worker does it.
void cancel_and_close(asio::thread_pool& cancellers, ConnectionPtr connection) {
    std::shared_ptr<PGconn> shared(std::move(connection));
    asio::post(cancellers, [shared] {
        if (PGcancel* cancel = PQgetCancel(shared.get())) {
            std::array<char, 256> why{};
            PQcancel(cancel, why.data(), static_cast<int>(why.size()));
            PQfreeCancel(cancel);
        }
    });
}

}  // namespace

Stream::Stream(const asio::any_io_executor& executor, std::shared_ptr<IdleConnections> idle, Lane::Place place,
               ConnectionPtr connection, std::string statement)
    : idle_(std::move(idle)),
      place_(std::move(place)),
      connection_(std::move(connection)),
      socket_(executor, PQsocket(connection_.get())),
      statement_(std::move(statement)) {
    idle_->streams.insert(this);
}

Stream::~Stream() {
    idle_->streams.erase(this);
    try {
        socket_.release();
        if (finished_ && PQstatus(connection_.get()) == CONNECTION_OK) {
            idle_->connections.push_back(std::move(connection_));
        } else {
            cancel_and_close(idle_->cancellers, std::move(connection_));
        }
    } catch (...) {
        // No memory to hand the connection on: it is closed with this object.
        return;
    }
}

void Stream::start(const Query& query, const std::vector<Param>& params, bool pins) {
    std::vector<std::string> literals;
    literals.reserve(params.size());
    for (const Param& param : params) literals.push_back(literal(param));
    const std::vector<std::string> nulls(params.size(), kNull);
    // COPY does not say which columns there are.  One message is one transaction: no table changes in between.
    std::string sql = fmt::format("SELECT * FROM ({}) AS shape WHERE false; COPY ({}) TO STDOUT (FORMAT binary)",
                                  with_literals(query.sql, nulls), with_literals(query.sql, literals));
    if (!pins) return send(sql);
    // A message of their own: the next one is read by the settings that are in force when it comes.
    unsent_ = std::move(sql) + "; COMMIT";
    send(fmt::format("BEGIN ISOLATION LEVEL READ COMMITTED; {}; SET LOCAL statement_timeout TO 0",
                     pin_settings_sql(PQserverVersion(connection_.get()), PinFor::transaction)));
}

void Stream::send(const std::string& sql) {
    if (PQsendQuery(connection_.get(), sql.c_str()) == 0) throw lost();
}

std::string Stream::literal(const Param& param) const {
    const char* const text = param.data();
    if (text == nullptr) return kNull;
    const MessagePtr quoted(PQescapeLiteral(connection_.get(), text, std::strlen(text)));
    if (!quoted) throw DbError(kInvalidEncoding, statement_, PQerrorMessage(connection_.get()));
    return quoted.get();
}

std::optional<Row> Stream::next() {
    while (!finished_) {
        if (!reader_) {
            if (PQisBusy(connection_.get()) != 0) return std::nullopt;
            take_result();
            continue;
        }
        char* bytes = nullptr;
        const int length = PQgetCopyData(connection_.get(), &bytes, /*async=*/1);
        message_.reset(bytes);
        if (length == kNotYet) return std::nullopt;
        if (length == kCopyFailed) throw lost();
        if (length == kCopyEnded) {  // the result that follows says how
            reader_.reset();
            continue;
        }
        has_looked_ = false;
        if (!reader_->read({bytes, static_cast<std::size_t>(length)})) continue;
        decode_row(connection_.get(), shape_, reader_->values(), decoded_);
        return shape_.copied(reader_->values());
    }
    return std::nullopt;
}

void Stream::take_result() {
    has_looked_ = false;
    ResultPtr result(PQgetResult(connection_.get()));
    if (!result) {
        if (PQstatus(connection_.get()) != CONNECTION_OK) throw lost();
        finished_ = unsent_.empty();
        if (!finished_) send(std::exchange(unsent_, {}));
        return;
    }
    switch (PQresultStatus(result.get())) {
        case PGRES_COMMAND_OK:
            break;
        case PGRES_TUPLES_OK:
            shape_ = Rows(std::move(result));
            break;
        case PGRES_COPY_OUT:
            reader_.emplace(static_cast<std::size_t>(shape_.columns()));
            break;
        default: {
            const char* sqlstate = PQresultErrorField(result.get(), PG_DIAG_SQLSTATE);
            throw DbError(sqlstate != nullptr ? sqlstate : "", statement_, PQresultErrorMessage(result.get()));
        }
    }
}

asio::awaitable<void> Stream::wait() {
    int left = PQflush(connection_.get());
    while (left > 0) {
        co_await wait_for(asio::posix::descriptor_base::wait_write);
        left = PQflush(connection_.get());
    }
    if (left < 0) throw lost();
    // Often more is here already: then there is nothing to wait for.
    if (has_looked_) co_await wait_for(asio::posix::descriptor_base::wait_read);
    has_looked_ = true;
    if (PQconsumeInput(connection_.get()) == 0) throw lost();
}

asio::awaitable<void> Stream::wait_for(asio::posix::descriptor_base::wait_type what) {
    if (is_lost_) throw lost();
    boost::system::error_code error;
    co_await socket_.async_wait(what, asio::redirect_error(asio::use_awaitable, error));
    if (cancelled_) throw DbError::abandoned(statement_);
    if (error) throw lost();
}

DbError Stream::lost() const {
    return DbError::unavailable(statement_, is_lost_ ? "no answer" : PQerrorMessage(connection_.get()), false);
}

void Stream::cancel() {
    cancelled_ = true;
    socket_.cancel();
}

void Stream::lose() {
    is_lost_ = true;
    socket_.cancel();
}

}  // namespace wdx::db
