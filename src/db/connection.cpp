#include "db/connection.hpp"

#include "base/offload.hpp"
#include "db/connect_failure.hpp"
#include "db/error.hpp"
#include "db/pinned_settings.hpp"
#include "db/undecodable.hpp"

#include <array>

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <spdlog/spdlog.h>

namespace wdx::db {
namespace {

namespace asio = boost::asio;
using std::chrono::steady_clock;

constexpr int kTextParams = 0;
constexpr int kBinaryResult = 1;
/// Beyond the statement timeout the server itself should have answered; then the network is to blame.
constexpr std::chrono::seconds kStallMargin{10};
constexpr Query kForgetPrepared{"forget_prepared", "DEALLOCATE ALL"};
constexpr const char* kSetTimeout = "SELECT pg_catalog.set_config('statement_timeout', $1, true)";

std::string error_text(const PGconn* connection) {
    std::string text = PQerrorMessage(connection);
    while (!text.empty() && text.back() == '\n') text.pop_back();
    return text;
}

/// Pointers to the text of parameters, as libpq wants them.
std::vector<const char*> values_of(const std::vector<Param>& params) {
    std::vector<const char*> values;
    values.reserve(params.size());
    for (const Param& param : params) values.push_back(param.data());
    return values;
}

DbError refused(const PGresult* result, std::string_view statement) {
    const char* sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char* message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    return {sqlstate != nullptr ? sqlstate : "", std::string(statement),
            message != nullptr ? message : PQresultErrorMessage(result)};
}

void set_up_session(PGconn* connection, std::chrono::milliseconds statement_timeout) {
    const std::string sql = fmt::format("SET statement_timeout TO {}; {}", statement_timeout.count(),
                                        pin_settings_sql(PQserverVersion(connection), PinFor::session));
    const ResultPtr result(PQexec(connection, sql.c_str()));
    if (PQresultStatus(result.get()) != PGRES_COMMAND_OK)
        throw DbError::unavailable("connect", error_text(connection), false);
}

}  // namespace

ConnectionPtr connect_blocking(const ConnectOptions& options, std::chrono::milliseconds statement_timeout) {
    const std::string timeout = std::to_string(options.connect_timeout.count());
    // The first entry is expanded as a URI or a key=value string (libpq manual, PQconnectdbParams); later ones win.
    const std::array keywords{"dbname", "connect_timeout", "client_encoding", "fallback_application_name",
                              static_cast<const char*>(nullptr)};
    const std::array values{options.url.c_str(), timeout.c_str(), "UTF8", "watchdxg-back",
                            static_cast<const char*>(nullptr)};
    ConnectionPtr connection(PQconnectdbParams(keywords.data(), values.data(), 1));
    if (!connection) throw std::bad_alloc();
    if (PQstatus(connection.get()) != CONNECTION_OK)
        throw DbError::unavailable("connect", connect_failure(options.url, error_text(connection.get())), false);
    PQsetNoticeReceiver(
        connection.get(), [](void*, const PGresult*) {}, nullptr);
    if (!take_bytes_as_they_are(connection.get()))
        throw DbError::unavailable("connect", error_text(connection.get()), false);
    // Behind a pooler a SET would land on somebody else's session.
    if (options.prepared_statements) set_up_session(connection.get(), statement_timeout);
    return connection;
}

Connection::Connection(asio::any_io_executor executor, const ConnectOptions& options, asio::thread_pool& cancellers)
    : executor_(std::move(executor)), options_(options), cancellers_(cancellers), socket_(executor_) {}

Connection::~Connection() {
    if (socket_.is_open()) socket_.release();
}

asio::awaitable<void> Connection::run(asio::thread_pool& workers, std::function<void()> on_ready) {
    const auto self = shared_from_this();
    // Behind a pooler each batch sets its own timeout.
    const auto timeout = options_.prepared_statements ? options_.statement_timeout : std::chrono::milliseconds{0};
    auto connect = [options = options_, timeout] { return connect_blocking(options, timeout); };
    connection_ = co_await base::offload(workers, std::move(connect));
    if (stopped_) co_return;
    if (PQsetnonblocking(connection_.get(), 1) != 0 || PQenterPipelineMode(connection_.get()) != 1)
        throw DbError::unavailable("connect", error_text(connection_.get()), false);
    socket_.assign(PQsocket(connection_.get()));
    prepared_.clear();
    preparing_.clear();
    pins_ = pin_settings_sql(PQserverVersion(connection_.get()), PinFor::pipeline);
    ready_ = true;
    on_ready();

    std::string why = "closed";
    while (ready_) {
        boost::system::error_code error;
        co_await socket_.async_wait(asio::posix::descriptor_base::wait_read,
                                    asio::redirect_error(asio::use_awaitable, error));
        if (error || !ready_) break;
        if (PQconsumeInput(connection_.get()) == 0) {
            why = error_text(connection_.get());
            break;
        }
        if (!read_results()) {
            why = error_text(connection_.get());
            break;
        }
        flush();
    }
    ready_ = false;
    if (socket_.is_open()) socket_.release();
    fail_all(why);
    connection_.reset();
}

void Connection::close() {
    ready_ = false;
    if (socket_.is_open()) socket_.cancel();
}

void Connection::stop() {
    stopped_ = true;
    close();
}

bool Connection::has_waited(std::chrono::milliseconds limit, steady_clock::time_point now) const {
    return ready_ && !in_flight_.empty() && now - in_flight_.front().sent > limit;
}

void Connection::check_stalled(steady_clock::time_point now) {
    if (has_waited(options_.statement_timeout + kStallMargin, now)) {
        spdlog::warn("database: no answer to \"{}\" for a long time; reconnecting",
                     in_flight_.front().batch != nullptr ? in_flight_.front().batch->statements_[0].query->name : "");
        close();
    }
}

void Connection::submit(Batch& batch) {
    Pending pending{
        .batch = &batch, .sent = steady_clock::now(), .generation = generation_, .commands = {}, .current = 0};
    if (batch.is_slow_) ++slow_;
    in_flight_.push_back(std::move(pending));
    // Behind a pooler one after the other: PgBouncer (1.18 at least) lends its connection to somebody else when a batch
    // is answered, also in the middle of the next one, and what comes after that is part of a stranger's statement.
    if (options_.prepared_statements || in_flight_.size() == 1) send(in_flight_.back());
}

/// Should it fail, `run` fails the batch together with all the others.
void Connection::send(Pending& pending) {
    pending.commands.reserve(pending.batch->size_ + 1);
    if (send_statements(pending)) {
        sync();
    } else {
        close();
    }
}

bool Connection::send_statements(Pending& pending) {
    PGconn* connection = connection_.get();
    if (!options_.prepared_statements) {
        const std::string timeout = std::to_string(options_.statement_timeout.count());
        const char* value = timeout.c_str();
        if (PQsendQueryParams(connection, kPinIsolation, 0, nullptr, nullptr, nullptr, nullptr, kTextParams) == 0 ||
            PQsendQueryParams(connection, pins_.c_str(), 0, nullptr, nullptr, nullptr, nullptr, kTextParams) == 0 ||
            PQsendQueryParams(connection, kSetTimeout, 1, nullptr, &value, nullptr, nullptr, kTextParams) == 0)
            return false;
        pending.commands.insert(pending.commands.end(), 3, {Command::Kind::housekeeping, 0});
    }
    for (std::size_t i = 0; i < pending.batch->size_; ++i) {
        const Batch::Statement& statement = pending.batch->statements_[i];
        const auto values = values_of(statement.params);
        const int count = static_cast<int>(values.size());
        int sent = 0;
        if (may_use_name(*statement.query)) {
            if (!prepared_.contains(statement.query->name)) {
                if (!send_prepare(*statement.query)) return false;
                pending.commands.push_back({Command::Kind::prepare, i});
            }
            sent = PQsendQueryPrepared(connection, prepared_name(*statement.query).c_str(), count, values.data(),
                                       nullptr, nullptr, kBinaryResult);
        } else {
            sent = PQsendQueryParams(connection, std::string(statement.query->sql).c_str(), count, nullptr,
                                     values.data(), nullptr, nullptr, kBinaryResult);
        }
        if (sent == 0) return false;
        pending.commands.push_back({Command::Kind::statement, i});
    }
    return true;
}

/// Until PostgreSQL has said that it has a statement, only the batch that prepares it uses its name: that one may fail
/// before it comes to it, and would take the statement from all behind it.
bool Connection::may_use_name(const Query& query) {
    if (!options_.prepared_statements || !query.prepared) return false;
    return prepared_.contains(query.name) || preparing_.insert(query.name).second;
}

bool Connection::send_prepare(const Query& query) {
    return PQsendPrepare(connection_.get(), prepared_name(query).c_str(), std::string(query.sql).c_str(), 0, nullptr) ==
           1;
}

std::string Connection::prepared_name(const Query& query) const {
    std::string name{query.name};
    if (generation_ > 0) fmt::format_to(std::back_inserter(name), "_{}", generation_);
    return name;
}

void Connection::sync() {
    if (PQpipelineSync(connection_.get()) == 0) return close();
    flush();
}

void Connection::flush() {
    if (!ready_ || flushing_) return;
    const int left = PQflush(connection_.get());
    if (left < 0) return close();
    if (left == 0) return;
    flushing_ = true;
    socket_.async_wait(asio::posix::descriptor_base::wait_write,
                       [self = shared_from_this()](const boost::system::error_code& error) {
                           self->flushing_ = false;
                           if (!error) self->flush();
                       });
}

bool Connection::read_results() {
    bool was_end = false;
    while (!in_flight_.empty() && PQisBusy(connection_.get()) == 0) {
        ResultPtr result(PQgetResult(connection_.get()));
        if (result) {
            was_end = false;
            take_result(std::move(result));
            continue;
        }
        // libpq ends each command's results with a null one.  One after another means that it waits for nothing more:
        // it has given the connection up, and would say so for ever.
        if (was_end) return false;
        was_end = true;
        ++in_flight_.front().current;
    }
    return true;
}

void Connection::take_result(ResultPtr result) {
    Pending& pending = in_flight_.front();
    switch (PQresultStatus(result.get())) {
        case PGRES_PIPELINE_SYNC:
            return finish_front();
        case PGRES_COMMAND_OK:
        case PGRES_TUPLES_OK:
            if (pending.batch != nullptr && pending.current < pending.commands.size()) {
                const Command& command = pending.commands[pending.current];
                if (command.kind == Command::Kind::prepare) end_prepare(pending, command, true);
                if (command.kind == Command::Kind::statement)
                    pending.batch->statements_[command.statement].rows =
                        decoded_rows(connection_.get(), std::move(result));
            }
            return;
        default:
            return take_error(pending, result.get());
    }
}

void Connection::take_error(Pending& pending, const PGresult* result) {
    if (pending.batch == nullptr) return;
    // Past the last command it is the Sync that failed: what PostgreSQL puts off until COMMIT, such as deferred
    // constraints.  Nothing of the batch has happened then.
    const Command command = pending.commands[std::min(pending.current, pending.commands.size() - 1)];
    const Query& query = *pending.batch->statements_[command.statement].query;
    // Refused or skipped: either way the server does not have it under the name of that generation.
    if (command.kind == Command::Kind::prepare && pending.current < pending.commands.size())
        end_prepare(pending, command, false);
    if (!pending.batch->error_ && PQresultStatus(result) == PGRES_FATAL_ERROR)
        pending.batch->error_ = refused(result, query.name);
}

void Connection::end_prepare(const Pending& pending, const Command& command, bool is_there) {
    if (pending.generation != generation_) return;
    const std::string_view name = pending.batch->statements_[command.statement].query->name;
    preparing_.erase(name);
    if (is_there) prepared_.insert(name);
}

void Connection::abandon(const Batch& batch) {
    for (Pending& pending : in_flight_)
        if (pending.batch == &batch) mark_abandoned(pending);
    cancel_front();
}

void Connection::abandon_all() {
    for (Pending& pending : in_flight_) mark_abandoned(pending);
    cancel_front();
}

void Connection::mark_abandoned(Pending& pending) {
    pending.is_abandoned = true;
    pending.is_cancelled = false;  // asked for again: the last time may not have reached the server
}

/// PostgreSQL cancels whatever the backend works on when it hears of it.  That is the first batch that has not been
/// answered, or one behind it.
void Connection::cancel_front() {
    if (!ready_ || cancelling_ || in_flight_.empty()) return;
    Pending& front = in_flight_.front();
    if (!front.is_abandoned || front.is_cancelled) return;
    const std::shared_ptr<PGcancel> cancel(PQgetCancel(connection_.get()), PQfreeCancel);
    front.is_cancelled = true;
    cancelling_ = true;
    // Holds neither the connection nor the event loop, for PQcancel may hang.
    asio::post(cancellers_, [cancel, executor = executor_, weak = weak_from_this()] {
        std::array<char, 256> why{};
        PQcancel(cancel.get(), why.data(), static_cast<int>(why.size()));
        asio::post(executor, [weak] {
            if (const auto self = weak.lock()) self->end_cancel();
        });
    });
}

void Connection::end_cancel() {
    cancelling_ = false;
    for (Pending& pending : in_flight_) pending.may_be_hit = true;
    cancel_front();
}

void Connection::finish_front() {
    const Pending& front = in_flight_.front();
    Batch* batch = front.batch;
    const bool current = front.generation == generation_;
    const bool is_abandoned = front.is_abandoned;
    const bool may_be_hit = front.may_be_hit || cancelling_;
    in_flight_.pop_front();
    // The server begins with the next one now: only from here on may that be late (see check_stalled).
    if (!in_flight_.empty()) {
        Pending& next = in_flight_.front();
        next.sent = steady_clock::now();
        if (ready_ && !next.was_sent()) send(next);
    }
    cancel_front();
    if (batch == nullptr) return;
    if (batch->is_slow_) --slow_;
    if (current && batch->error_ && batch->error_->is_schema_mismatch()) forget_prepared();
    if (batch->error_ && batch->error_->is_timeout()) {
        if (is_abandoned) {
            batch->error_ = DbError::abandoned(batch->error_->statement());
        } else if (may_be_hit && ready_) {
            batch->error_.reset();
            return submit(*batch);  // nothing of it has happened
        }
    }
    // The awaiting coroutine goes on inside this call, and the batch may be gone after it.
    std::move (*batch->done_)();
}

/// Plans refer to tables that have changed: new names for everything from here on, and the old plans are dropped.
/// Batches already on their way still find theirs, because the server works in order.
void Connection::forget_prepared() {
    if (!options_.prepared_statements || !ready_) return;
    ++generation_;
    prepared_.clear();
    preparing_.clear();
    in_flight_.push_back(
        {.batch = nullptr, .sent = steady_clock::now(), .generation = generation_, .commands = {}, .current = 0});
    const std::string sql{kForgetPrepared.sql};
    if (PQsendQueryParams(connection_.get(), sql.c_str(), 0, nullptr, nullptr, nullptr, nullptr, kTextParams) == 0)
        return close();
    sync();
}

void Connection::fail_all(const std::string& why) {
    auto lost = std::exchange(in_flight_, {});
    slow_ = 0;
    for (const Pending& pending : lost) {
        if (pending.batch == nullptr) continue;
        pending.batch->error_ =
            DbError::unavailable(std::string(pending.batch->statements_[0].query->name), why, pending.was_sent());
        std::move (*pending.batch->done_)();
    }
}

}  // namespace wdx::db
