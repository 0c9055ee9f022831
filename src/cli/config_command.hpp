#pragma once

#include "config/load.hpp"

#include <iosfwd>

namespace wdx::cli {

/// `config dump`: one line `WDX_NAME=value  # source` for every setting, quoted for a shell.  The value of a secret is
/// `********` when there is one.
void dump_config(std::ostream& out, const config::Loaded& loaded);

/// `config example`: a settings file in TOML with every setting, its help and its default, all commented out.
void write_config_example(std::ostream& out);

/// A settings file in TOML with what was given, wherever it was; of secrets only that they are left out.
void write_given_settings(std::ostream& out, const config::Loaded& loaded);

/// `config docs`: docs/configuration.md, in Markdown.
void write_config_docs(std::ostream& out);

}  // namespace wdx::cli
