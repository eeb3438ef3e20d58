#include "domino/core/error.h"

#include <utility>

namespace domino {

Error::Error(std::string message)
    : std::runtime_error(message), message_(std::move(message)), full_(message_) {}

void Error::add_context(const std::string& who) {
  context_ = who + ": " + context_;
  full_ = context_ + message_;
}

void Error::replace(const std::string& word, const std::string& by) {
  for (std::string* text : {&message_, &context_}) {
    for (std::size_t at = text->find(word); at != std::string::npos;
         at = text->find(word, at + by.size())) {
      text->replace(at, word.size(), by);
    }
  }
  full_ = context_ + message_;
}

}  // namespace domino
