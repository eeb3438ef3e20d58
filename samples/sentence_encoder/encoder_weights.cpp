#include "encoder_weights.h"

#include <algorithm>
#include <string>
#include <utility>

#include "domino/backends/ops.h"
#include "domino/core/error.h"
#include "domino/io/safetensors.h"

namespace sentence_encoder {

namespace {

namespace ops = domino::ops;
using domino::LayerHandle;
using domino::Tensor;

/// The tensors of a file, under the names and in the layout that PyTorch's BERT gives them.
class BertFile {
 public:
  BertFile(std::filesystem::path path, const EncoderConfig& config)
      : path_(std::move(path)), reader_(path_), config_(config) {}

  void fill_embedding(const LayerHandle& layer) const {
    layer->assign("token_embeddings", tensor("embeddings.word_embeddings.weight"));
    // A lone sentence is all of type 0, so that the type adds the same vector everywhere.
    const Tensor type = ops::slice(tensor("embeddings.token_type_embeddings.weight"), {.end = 1});
    const Tensor positions = tensor("embeddings.position_embeddings.weight");
    layer->assign("position_embeddings", ops::add(positions, type));
  }

  void fill_normalization(const LayerHandle& layer, const std::string& name) const {
    layer->assign("gamma", tensor(name + ".weight"));
    layer->assign("beta", tensor(name + ".bias"));
  }

  void fill_dense(const LayerHandle& layer, const std::string& name) const {
    layer->assign("kernel", kernel(name));
    layer->assign("bias", tensor(name + ".bias"));
  }

  void fill_attention(const LayerHandle& layer, const std::string& name) const {
    for (const std::string part : {"query", "key", "value"})
      fill_heads(layer, part, name + ".self.");
    const std::string output = name + ".output.dense";
    layer->assign("output_dense/kernel",
                  ops::reshape(kernel(output), {config_.heads, head_width(), config_.width}));
    layer->assign("output_dense/bias", tensor(output + ".bias"));
  }

 private:
  void fill_heads(const LayerHandle& layer, const std::string& part, const std::string& in) const {
    const std::string name = in + part;
    layer->assign(part + "_dense/kernel",
                  ops::reshape(kernel(name), {config_.width, config_.heads, head_width()}));
    layer->assign(part + "_dense/bias",
                  ops::reshape(tensor(name + ".bias"), {config_.heads, head_width()}));
  }

  std::int64_t head_width() const { return config_.width / config_.heads; }

  Tensor tensor(const std::string& name) const {
    const auto it = std::ranges::find(reader_.tensors(), name, &domino::TensorInfo::name);
    if (it == reader_.tensors().end()) {
      throw domino::IoError("'" + path_.string() + "' has no tensor '" + name + "'");
    }
    return reader_.read(static_cast<std::size_t>(it - reader_.tensors().begin()));
  }

  /// PyTorch's Linear keeps (outputs, inputs), Keras' Dense (inputs, outputs).
  Tensor kernel(const std::string& name) const {
    return ops::transpose(tensor(name + ".weight"), {1, 0});
  }

  const std::filesystem::path path_;
  const domino::SafetensorsReader reader_;
  const EncoderConfig config_;
};

void fill_block(const domino::Model& model, const BertFile& file, int block) {
  const std::string name = "encoder.layer." + std::to_string(block);
  const auto layer = [&](const std::string& part) {
    return model.get_layer(block_layer(block, part));
  };
  file.fill_attention(layer("attention"), name + ".attention");
  file.fill_normalization(layer("attention_normalization"), name + ".attention.output.LayerNorm");
  file.fill_dense(layer("inner"), name + ".intermediate.dense");
  file.fill_dense(layer("outer"), name + ".output.dense");
  file.fill_normalization(layer("output_normalization"), name + ".output.LayerNorm");
}

}  // namespace

void load_encoder_weights(const domino::Model& model, const EncoderConfig& config,
                          const std::filesystem::path& path) {
  const BertFile file(path, config);
  file.fill_embedding(model.get_layer("embedding"));
  file.fill_normalization(model.get_layer("embedding_normalization"), "embeddings.LayerNorm");
  for (int block = 0; block < config.blocks; ++block) fill_block(model, file, block);
}

}  // namespace sentence_encoder
