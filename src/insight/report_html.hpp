#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wdx::insight {

/// A report, and where in it what stands.
struct ReportText {
    std::string json;                                          ///< compact
    std::vector<std::pair<std::size_t, std::size_t>> users{};  ///< begin and size of each user's object; at least one
    std::string generated_at{};
    std::string generator{};
    std::string sha256{};  ///< of `json`, 64 hexadecimal digits
};

/// A report as one HTML file that needs nothing else and runs nothing, for people who were not there: what it is, who
/// is in it, each user (see report_user.hpp), how the score is made, then the JSON itself, byte for byte.  What is in
/// the report is shown as text: there are no images, scripts or links but those from the table of contents to the
/// users, and names and texts are isolated in their direction, so that none can rearrange what stands around it.  Made
/// piece by piece, so that no more than one user is in memory as HTML.
class ReportPage {
  public:
    explicit ReportPage(ReportText report) : report_(std::move(report)) {}

    /// Appends the next piece; nothing when the page is over.  Takes a while for a user of whom much is known: not for
    /// the event loop.
    /// @throws std::runtime_error when what should be a user's object is not one
    void next(std::string& html);

  private:
    enum class Stage { begin, contents, users, json, over };

    void append_begin(std::string& html) const;
    void append_next_user(std::string& html);
    void append_json(std::string& html);

    ReportText report_;
    Stage stage_ = Stage::begin;
    std::size_t users_shown_ = 0;  ///< in this stage
    std::size_t json_shown_ = 0;   ///< bytes
};

}  // namespace wdx::insight
