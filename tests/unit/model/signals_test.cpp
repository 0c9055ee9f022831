#include "model/signals.hpp"

#include "model/resource.hpp"

#include <set>

#include <gtest/gtest.h>

namespace wdx::model {
namespace {

TEST(Signals, HaveIdsOfTheirOwnAndSayWhyAndWhereFrom) {
    std::set<std::string_view> ids;
    for (const Signal& signal : all_signals()) {
        EXPECT_TRUE(ids.insert(signal.id).second) << signal.id;
        EXPECT_FALSE(signal.title.empty() || signal.why.empty() || signal.source.empty()) << signal.id;
    }
}

TEST(Signals, HaveAThresholdUnlessTheValueIsYesOrNo) {
    for (const Signal& signal : all_signals()) {
        EXPECT_EQ(signal.threshold.has_value(), signal.type != Type::boolean) << signal.id;
        EXPECT_EQ(signal.fires == Fires::when_true, signal.type == Type::boolean) << signal.id;
        if (signal.full) {
            EXPECT_EQ(*signal.full > *signal.threshold, signal.fires == Fires::from) << signal.id;
        }
    }
}

TEST(SignalWeights, AreTheDefaultsUntilTheyAreSet) {
    SignalWeights weights;
    for (const Signal& signal : all_signals()) EXPECT_EQ(weights.of(signal), signal.weight);
    EXPECT_EQ(weights.read("wave=-2.5"), std::nullopt);
    EXPECT_EQ(weights.read("wave=4"), std::nullopt);
    EXPECT_EQ(weights.read("bias=-100"), std::nullopt);
    EXPECT_EQ(weights.of(all_signals().back()), 4);
    EXPECT_EQ(weights.bias, -100);
}

TEST(SignalWeights, RefuseWhatIsNoSignalOrNoNumberInRange) {
    for (const std::string_view entry : {"", "=", "wave", "wave=", "wave =1", "nothing=1", "wave=1x", "wave=nan",
                                         "wave=inf", "wave=100.5", "bias=-101", "Wave=1"}) {
        SignalWeights weights;
        EXPECT_TRUE(weights.read(entry)) << entry;
        EXPECT_TRUE(weights.weights.empty()) << entry;
        EXPECT_EQ(weights.bias, kDefaultBias) << entry;
    }
}

}  // namespace
}  // namespace wdx::model
