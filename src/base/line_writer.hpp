#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace wdx::base {

/// Writes lines to a descriptor from a thread of its own: nobody waits for a full disk, or for whoever should read the
/// pipe.  What does not fit into its memory is dropped and counted.  Thread-safe.
class LineWriter {
  public:
    /// Makes the line that says how many are missing where it stands.  Called on the writer's thread.
    using DescribeLoss = std::function<std::string(std::uint64_t lines)>;

    /// @param descriptor  stays open
    /// @param most_bytes  that may wait; as many again may be on their way
    LineWriter(int descriptor, std::size_t most_bytes, DescribeLoss describe_loss);
    /// The lines that wait are not waited for: see `finish`.
    ~LineWriter();
    LineWriter(const LineWriter&) = delete;
    LineWriter& operator=(const LineWriter&) = delete;

    /// Takes a line with its end.  It is written with the next `wake`, or earlier when there are many.
    void add(std::string_view line);
    /// Writes what waits, without waiting for it.
    void wake();
    /// Waits until everything has been written.  @return false when that took too long, or some of it failed
    bool finish(std::chrono::milliseconds patience);
    /// Goes on in a file, which is appended to; lines that wait go there, too.
    /// @throws std::system_error when it cannot be opened; nothing has changed then
    void open(const std::filesystem::path& path);

    /// Lines that were dropped, or could not be written.
    [[nodiscard]] std::uint64_t lost() const;

  private:
    struct State;

    static void run(const std::shared_ptr<State>& state);

    std::shared_ptr<State> state_;  ///< the thread's too, which may outlive the writer while the system holds it up
};

}  // namespace wdx::base
