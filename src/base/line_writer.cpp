#include "base/line_writer.hpp"

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <fcntl.h>
#include <mutex>
#include <poll.h>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <utility>

namespace wdx::base {
namespace {

constexpr std::size_t kKeptMemory = 64 * 1024;
constexpr mode_t kMode = 0644;

/// A descriptor that may be ours to close.
class Descriptor {
  public:
    Descriptor(int number, bool is_ours) : number_(number), is_ours_(is_ours) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (is_ours_) ::close(number_);
    }
    [[nodiscard]] int number() const noexcept { return number_; }

  private:
    int number_;
    bool is_ours_;
};

/// @return how many bytes were written; fewer than all after an error
std::size_t write_all(int descriptor, std::string_view text) {
    std::size_t written = 0;
    while (written < text.size()) {
        const ssize_t got = ::write(descriptor, text.data() + written, text.size() - written);
        if (got > 0) {
            written += static_cast<std::size_t>(got);
        } else if (got < 0 && errno == EAGAIN) {
            pollfd room{.fd = descriptor, .events = POLLOUT, .revents = 0};  // somebody has made it non-blocking
            ::poll(&room, 1, -1);
        } else if (got < 0 && errno != EINTR) {
            break;
        }
    }
    return written;
}

std::uint64_t count_lines(std::string_view text) {
    return static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

struct LineWriter::State {
    const std::size_t most_bytes;
    const DescribeLoss describe_loss;

    std::mutex mutex{};
    std::condition_variable changed{};
    std::shared_ptr<const Descriptor> out;
    std::string waiting{};
    bool is_wanted = false;   ///< what waits is to be written now
    bool is_writing = false;  ///< the thread has taken something
    bool is_over = false;     ///< the thread is to end
    std::uint64_t lost = 0;
    std::uint64_t unsaid = 0;  ///< of those, the ones that the log does not speak of yet
};

LineWriter::LineWriter(int descriptor, std::size_t most_bytes, DescribeLoss describe_loss)
    : state_(new State{.most_bytes = most_bytes,
                       .describe_loss = std::move(describe_loss),
                       .out = std::make_shared<Descriptor>(descriptor, false)}) {
    // Signals are for others: a thread begins with the mask of its maker, and one that takes them would end a program
    // that holds them back on its first thread.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    // Nothing could end a thread that the system holds up in a write: it is left behind.
    std::thread([state = state_] { run(state); }).detach();
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

LineWriter::~LineWriter() {
    const std::lock_guard lock(state_->mutex);
    state_->is_over = true;
    state_->changed.notify_all();
}

void LineWriter::add(std::string_view line) {
    const std::lock_guard lock(state_->mutex);
    if (state_->waiting.size() + line.size() > state_->most_bytes) {
        ++state_->lost;
        ++state_->unsaid;
        return;
    }
    state_->waiting += line;
    if (state_->waiting.size() < state_->most_bytes / 2) return;
    state_->is_wanted = true;
    state_->changed.notify_all();
}

void LineWriter::wake() {
    const std::lock_guard lock(state_->mutex);
    state_->is_wanted = true;
    state_->changed.notify_all();
}

bool LineWriter::finish(std::chrono::milliseconds patience) {
    std::unique_lock lock(state_->mutex);
    state_->is_wanted = true;
    state_->changed.notify_all();
    const auto is_idle = [this] { return state_->waiting.empty() && !state_->is_wanted && !state_->is_writing; };
    return state_->changed.wait_for(lock, patience, is_idle) && state_->unsaid == 0;
}

void LineWriter::open(const std::filesystem::path& path) {
    if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path());
    // O_NONBLOCK: a named pipe without a reader is an error instead of a wait.
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, kMode);
    if (descriptor < 0) throw std::system_error(errno, std::generic_category(), path.string());
    auto fresh = std::make_shared<const Descriptor>(descriptor, true);
    const std::lock_guard lock(state_->mutex);
    std::swap(state_->out, fresh);
}

std::uint64_t LineWriter::lost() const {
    const std::lock_guard lock(state_->mutex);
    return state_->lost;
}

/// The writer's thread.
void LineWriter::run(const std::shared_ptr<State>& state) {
    std::string batch;
    bool in_a_line = false;  // the last write ended within one
    std::unique_lock lock(state->mutex);
    while (true) {
        state->changed.wait(lock, [&] { return state->is_wanted || state->is_over; });
        if (state->is_over && state->waiting.empty()) return;
        batch.swap(state->waiting);
        const std::shared_ptr<const Descriptor> out = state->out;
        const std::uint64_t unsaid = std::exchange(state->unsaid, 0);
        state->is_wanted = false;
        state->is_writing = true;
        lock.unlock();

        if (in_a_line) in_a_line = write_all(out->number(), "\n") == 0;
        const std::uint64_t lines = count_lines(batch);
        if (unsaid > 0) batch += state->describe_loss(unsaid);
        const std::size_t written = write_all(out->number(), batch);
        if (written > 0) in_a_line = batch[written - 1] != '\n';
        const bool is_whole = written == batch.size();
        const std::uint64_t lost = is_whole ? 0 : lines - std::min(lines, count_lines(batch.substr(0, written)));
        batch.clear();
        if (batch.capacity() > kKeptMemory) std::string().swap(batch);

        lock.lock();
        state->lost += lost;
        if (!is_whole) state->unsaid += lost + unsaid;
        state->is_writing = false;
        state->changed.notify_all();
    }
}

}  // namespace wdx::base
