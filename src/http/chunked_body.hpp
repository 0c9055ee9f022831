#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace wdx::http {

/// Takes a body in chunks apart as its bytes come, by the letter of the grammar, so that no proxy in front can see
/// another end of it: line ends are CRLF; a size is 1 to 16 hexadecimal digits; extensions and trailers are well formed
/// and are dropped; a folded trailer line is refused.
/// Source: RFC 9112, sections 5.2, 7.1, 7.1.1, 7.1.2.
class ChunkedBody {
  public:
    enum class State { needs_more, complete, malformed, too_large };

    /// @param most_bytes  of the body
    /// @param most_extras  bytes of all extensions, and again of all trailers
    ChunkedBody(std::size_t most_bytes, std::size_t most_extras)
        : most_bytes_(most_bytes), most_extensions_(most_extras), most_trailers_(most_extras) {}

    /// Moves what has come of the body from the front of `input` to the end of `body`.  When it is complete, `input`
    /// begins with what follows it; as long as more is needed, `input` has less than a line or a line end.
    State take(std::string& input, std::string& body);

  private:
    enum class Part { size, data, data_end, trailers };

    State take_part(std::string_view& input, std::string& body);
    State take_size(std::string_view& input, std::size_t taken);
    State take_trailer(std::string_view& input);

    std::size_t most_bytes_;
    std::size_t most_extensions_;
    std::size_t most_trailers_;
    std::size_t extensions_ = 0;  ///< bytes so far
    std::size_t trailers_ = 0;
    std::size_t left_ = 0;  ///< bytes of the chunk that have not come yet
    Part part_ = Part::size;
};

}  // namespace wdx::http
