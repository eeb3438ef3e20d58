// How many steps each call computes in models of the usual kinds: hardly more than are kept.

#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "domino/graph/count_work.h"
#include "domino/graph/model.h"
#include "domino/layers.h"
#include "tests/integration/devices.h"
#include "tests/integration/with_positions.h"
#include "tests/quiet.h"

namespace domino {
namespace {

using testing::with_positions;

constexpr std::int64_t kRows = 8;
constexpr std::int64_t kLongest = 30;

/// Ids of sentences of 2 to 30 tokens; with `holes` every fifth token of each is masked.
Tensor padded_words(bool holes) {
  std::vector<std::int32_t> ids(kRows * kLongest, 0);
  for (std::int64_t row = 0; row < kRows; ++row) {
    for (std::int64_t step = 0; step < 2 + row * 4; ++step) {
      const auto at = static_cast<std::size_t>(row * kLongest + step);
      ids[at] = holes && step % 5 == 3 ? 0 : static_cast<std::int32_t>(1 + (row + step * 7) % 40);
    }
  }
  return {{kRows, kLongest}, ids};
}

std::int64_t kept_in(const Tensor& ids) {
  std::int64_t kept = 0;
  for (const std::int32_t id : ids.data<std::int32_t>()) kept += id != 0 ? 1 : 0;
  return kept;
}

SymbolicTensor words_input() { return Input({.shape = {kLongest}, .dtype = DType::Int32}); }

SymbolicTensor embedding_of(const SymbolicTensor& words) {
  return layers::Embedding(50, 8, {.mask_zero = true})(words);
}

SymbolicTensor encoder_block(const SymbolicTensor& x, bool causal = false) {
  const auto attended =
      layers::MultiHeadAttention(2, 4)({.query = x, .value = x, .use_causal_mask = causal});
  const auto y = layers::LayerNormalization()(layers::Add()({x, attended}));
  const auto wide = layers::Dense(16, {.activation = "gelu"})(y);
  return layers::LayerNormalization()(layers::Add()({y, layers::Dense(8)(wide)}));
}

struct NamedGraph {
  std::string name;
  std::function<Model()> make;
  MaskedOutput masked_output = MaskedOutput::Exact;
  bool holes = false;
};

Model of_words(const std::function<SymbolicTensor(const SymbolicTensor&)>& head) {
  const auto in = words_input();
  return {in, head(embedding_of(in))};
}

Model residual_encoder() {
  return of_words([](auto x) {
    return layers::GlobalAveragePooling1D()(encoder_block(encoder_block(with_positions(x))));
  });
}

Model causal_encoder() {
  return of_words([](auto x) {
    return layers::LSTM(4)(encoder_block(encoder_block(with_positions(x), true), true));
  });
}

Model bidirectional_tagger() {
  return of_words([](auto x) {
    const auto y = layers::Bidirectional(layers::LSTM(5, {.return_sequences = true}))(x);
    return layers::TimeDistributed(layers::Dense(3))(y);
  });
}

Model masked_branches() {
  return of_words([](auto x) {
    const auto left = layers::Dense(6, {.activation = "relu"})(x);
    const auto right = layers::GRU(5, {.return_sequences = true})(x);
    return layers::LSTM(4)(layers::Dense(7)(layers::Concatenate()({left, right, x})));
  });
}

Model residual_sum() {
  return of_words([](auto x) {
    const auto y = layers::Add()({x, layers::GRU(8, {.return_sequences = true})(x)});
    return layers::GlobalAveragePooling1D()(layers::Dense(6)(y));
  });
}

Model stacked_recurrences() {
  return of_words([](auto x) {
    const auto y = layers::LSTM(6, {.return_sequences = true})(x);
    return layers::LSTM(4)(layers::LayerNormalization()(y));
  });
}

Model sequence_to_sequence() {
  const auto source = words_input();
  const auto target = words_input();
  const auto encoded = layers::GRU(6, {.return_sequences = true})(embedding_of(source));
  const auto decoded = layers::GRU(6, {.return_sequences = true})(embedding_of(target));
  const auto attended = layers::Attention()({decoded, encoded});
  const auto y = layers::Dense(9)(layers::Concatenate()({decoded, attended}));
  return {{source, target}, layers::LSTM(3)(y)};
}

Model cross_attention() {
  const auto source = words_input();
  const auto target = words_input();
  const auto keys = encoder_block(with_positions(embedding_of(source)));
  const auto queries = with_positions(embedding_of(target));
  const auto attended = layers::MultiHeadAttention(2, 4)({.query = queries, .value = keys});
  const auto y = layers::LayerNormalization()(layers::Add()({queries, attended}));
  return {{source, target}, layers::GlobalAveragePooling1D()(y)};
}

Model tagger_with_positions() {
  return of_words([](auto x) {
    return layers::Dense(3, {.activation = "softmax"})(encoder_block(with_positions(x)));
  });
}

Model nested_encoder() {
  const auto in = Input({.shape = {kLongest, 8}});
  const Model inner(in, encoder_block(with_positions(in)));
  return of_words([&](auto x) { return layers::GlobalAveragePooling1D()(inner(x)); });
}

Model shared_layers() {
  return of_words([](auto x) {
    const layers::Dense shared(8, {.activation = "tanh"});
    const auto y = shared(with_positions(shared(x)));
    return layers::Bidirectional(layers::GRU(4))(y);
  });
}

std::vector<NamedGraph> named_graphs() {
  return {{"residual_encoder", residual_encoder},
          {"causal_encoder", causal_encoder},
          {"bidirectional_tagger", bidirectional_tagger},
          {"masked_branches", masked_branches},
          {"residual_sum", residual_sum},
          {"stacked_recurrences", stacked_recurrences},
          {"sequence_to_sequence", sequence_to_sequence},
          {"cross_attention", cross_attention},
          {"tagger_with_positions", tagger_with_positions, MaskedOutput::Zero},
          {"nested_encoder", nested_encoder},
          {"shared_layers", shared_layers},
          {"encoder_with_holes", residual_encoder, MaskedOutput::Exact, true},
          {"branches_with_holes", masked_branches, MaskedOutput::Exact, true}};
}

class RowsTest : public ::testing::TestWithParam<std::tuple<std::string, NamedGraph>> {
 protected:
  static const NamedGraph& graph() { return std::get<1>(GetParam()); }
  static PredictOptions options(bool packing = true) {
    return {.device = std::get<0>(GetParam()),
            .packing = packing,
            .masked_output = graph().masked_output};
  }

 private:
  const testing::Quiet quiet_;
};

TEST_P(RowsTest, AreHardlyMoreThanAreKept) {
  const Model model = graph().make();
  const Tensor ids = padded_words(graph().holes);
  const Tensors inputs(model.dag().inputs().size(), ids);
  const std::int64_t most = kept_in(ids) + 2 * kRows;
  ASSERT_LT(most, kRows * kLongest);
  for (const CallWork& call : count_work(model, inputs, options())) {
    EXPECT_LE(call.rows, most) << call.dag->layer(call.vertex).title();
  }
}

TEST_P(RowsTest, SaveTheArithmeticOfPadding) {
  const Model model = graph().make();
  const Tensor ids = padded_words(graph().holes);
  const Tensors inputs(model.dag().inputs().size(), ids);
  const auto flops = [&](bool packing) {
    double sum = 0;
    for (const CallWork& call : count_work(model, inputs, options(packing))) sum += call.flops;
    return sum;
  };
  EXPECT_LT(flops(true), flops(false));
}

INSTANTIATE_TEST_SUITE_P(Graphs, RowsTest,
                         ::testing::Combine(::testing::ValuesIn(testing::devices()),
                                            ::testing::ValuesIn(named_graphs())),
                         [](const auto& info) {
                           return std::get<0>(info.param) + "_" + std::get<1>(info.param).name;
                         });

class NotANumber : public ::testing::TestWithParam<std::string> {};

INSTANTIATE_TEST_SUITE_P(, NotANumber, ::testing::ValuesIn(testing::devices()),
                         [](const auto& info) { return info.param; });

/// Two inputs, one with NaN and one with 0 under the mask, give the same.
TEST_P(NotANumber, InPaddingStaysThere) {
  const testing::Quiet quiet;
  const Tensor ids = padded_words(true);
  const Tensor kept = ops::not_equal(ids, 0);
  const Tensor waves =
      ops::tanh(ops::subtract(ops::mod(ops::arange(kRows * kLongest * 8, DType::Float32), 7), 3));
  const Tensor x = ops::reshape(waves, {kRows, kLongest, 8});
  const auto in = Input({.shape = {kLongest, 8}});
  const auto lstm = layers::LSTM(4)(layers::Dense(5)(in));
  const auto both = layers::Bidirectional(layers::GRU(3))(in);
  const auto mean = layers::GlobalAveragePooling1D()(layers::Dense(5)(in));
  const auto encoded = layers::LSTM(4)(encoder_block(in));
  const Model model({in}, {lstm, both, mean, encoded});
  const Tensor where = ops::expand_dims(kept, -1);
  const auto predicted = [&](float padding, bool packing) {
    const Tensor filled = ops::where(where, x, ops::full({}, padding)).with_mask(Mask(kept));
    return model.predict(Tensors{filled}, {.device = GetParam(), .packing = packing});
  };
  for (const float odd :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    for (const bool packing : {true, false}) {
      const Tensors expected = predicted(0, packing);
      const Tensors actual = predicted(odd, packing);
      for (std::size_t i = 0; i < expected.size(); ++i) {
        for (std::int64_t j = 0; j < expected[i].elements(); ++j) {
          const auto at = static_cast<std::size_t>(j);
          EXPECT_EQ(actual[i].data<float>()[at], expected[i].data<float>()[at])
              << "output " << i << ", packing " << packing;
        }
      }
    }
  }
}

}  // namespace
}  // namespace domino
