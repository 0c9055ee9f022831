#include "api/lists/cursor.hpp"

#include "store/core/views.hpp"

#include <gtest/gtest.h>

namespace wdx::api {
namespace {

const auth::SigningKey& key() {
    static const auth::SigningKey key("a-key-that-is-long-enough-for-tests");
    return key;
}

const model::View& logs() {
    static const model::View view = store::view_of(model::kLogs, store::CoreSchema(), {});
    return view;
}

std::vector<model::Order> order(std::string_view field, bool descending) {
    return {{logs().find(field), descending}, {logs().find("id"), false}};
}

TEST(Cursor, CarriesItsPosition) {
    for (const bool backwards : {false, true}) {
        const Cursor cursor{{"a \"quoted\" \xE6\x97\xA5,]", std::nullopt, "", "no \xFF UTF-8"}, backwards, !backwards};
        const auto read =
            read_cursor(write_cursor(cursor, "logs", order("level", true), key()), "logs", order("level", true), key());
        ASSERT_TRUE(read);
        EXPECT_EQ(read->position, cursor.position);
        EXPECT_EQ(read->backwards, backwards);
        EXPECT_EQ(read->inclusive, !backwards);
    }
}

TEST(Cursor, IsNoGoodForAnotherListOrderOrKey) {
    const std::string text = write_cursor({{"info", "7"}, false, false}, "logs", order("level", true), key());
    EXPECT_FALSE(read_cursor(text, "users", order("level", true), key()));
    EXPECT_FALSE(read_cursor(text, "logs", order("level", false), key()));
    EXPECT_FALSE(read_cursor(text, "logs", order("event", true), key()));
    const auth::SigningKey other("another-key-that-is-long-enough-too");
    EXPECT_FALSE(read_cursor(text, "logs", order("level", true), other));
}

TEST(Cursor, IsNoGoodWhenOneCharacterIsAnother) {
    const std::string text = write_cursor({{"info", "7"}, false, false}, "logs", order("level", true), key());
    for (std::size_t i = 0; i < text.size(); ++i) {
        std::string altered = text;
        altered[i] = altered[i] == 'A' ? 'B' : 'A';
        EXPECT_FALSE(read_cursor(altered, "logs", order("level", true), key())) << i;
    }
    for (const std::string_view none : {"", ".", "a", "a.b", "cursor:", "W10.W10"})
        EXPECT_FALSE(read_cursor(none, "logs", order("level", true), key())) << none;
}

}  // namespace
}  // namespace wdx::api
