#pragma once

#include "model/resource.hpp"
#include "model/signals.hpp"
#include "store/core_schema.hpp"

#include <string>
#include <string_view>

namespace wdx::store {

/// How many users signals are made of.  The rows are the same; it decides what is read to find waves.
enum class Scope {
    few,   ///< a page: users who joined in the months of these, and all of the X account where that is not enough
    many,  ///< much of an X account: all of its users, once
};

/// SQL to stand behind WITH, after a common table expression `scope` with the column `id`: the users that are wanted.
/// Its last part, `signals`, has a row for each of them that exists:
///   `id`; `risk`, a double of 0..1, NULL when every input is missing; and for each signal
///   `v_<id>`: its value, NULL when an input is missing; `m_<id>`: which inputs are, as text, NULL when none is;
///   `s_<id>`: its strength of 0..1, NULL when an input is missing; `c_<id>`: its contribution, 0 then;
///   `signals`, the array in the API's shape, of type json, which costs nothing where nobody selects it.
/// Waves are looked for among all users of the X accounts that the users in scope were seen at.
/// @param users, posts  the Views of kUsers and kPosts; their columns' SQL is what counts
std::string signal_ctes(const model::View& users, const model::View& posts, const CoreSchema& schema,
                        const model::SignalWeights& weights, Scope scope);

/// SQL: the name of the band of a risk; NULL for NULL.
std::string band_sql(std::string_view risk);

}  // namespace wdx::store
