#pragma once

#include <map>
#include <string>
#include <utility>

#include "domino/core/tensor.h"

namespace domino {

/// Holds the states of stateful layers between calls; `predict` itself stays const.
///
/// While a Session is alive in a thread, the stateful layers called there keep their states in it;
/// without one every `predict` and every eager call starts afresh. Sessions nest.
class Session {
 public:
  Session();
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// The innermost one of this thread, or null.
  static Session* current();

  /// Undefined if nothing is kept under this key.
  Tensor get(const void* layer, const std::string& name) const;
  void set(const void* layer, const std::string& name, Tensor value);
  /// Forgets all states, as `model.reset_states()`.
  void reset() { states_.clear(); }

 private:
  std::map<std::pair<const void*, std::string>, Tensor> states_;
  Session* outer_;
};

}  // namespace domino
