#pragma once

#include "config/load.hpp"

#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace wdx::cli {

/// Puts the signing keys of a backup where `serve` reads its own.  In two steps, so that a restore that is killed in
/// between leaves nobody logged out: first they verify, then the first of them signs.
class RestoredKey {
  public:
    /// @param keys  the one that signs first, then those that verify
    RestoredKey(const config::Loaded& settings, std::vector<std::string> keys);

    /// What `put` is going to do, in a sentence; empty when nothing has to be done.
    [[nodiscard]] std::string describe() const;
    /// Before the database is replaced.  @throws SecretKeyError
    void let_verify();
    /// After the database could not be replaced: the keys that verified before, and no others.  @throws SecretKeyError
    void undo() const;
    /// After it.  What it cannot do itself, because the key is set somewhere else, it prints for the operator to do.
    /// @throws SecretKeyError
    void let_sign(std::ostream& out, std::ostream& err) const;

  private:
    void try_key_file();

    const config::Loaded& settings_;
    std::vector<std::string> keys_;
    bool is_there_;                                   ///< `serve` signs with it already
    bool can_write_ = true;                           ///< the file of WDX_SECRET_KEY_FILE
    std::optional<std::vector<std::string>> before_;  ///< that verified, in the data folder
};

}  // namespace wdx::cli
