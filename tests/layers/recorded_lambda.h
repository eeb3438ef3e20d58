#pragma once

namespace domino::testing {

/// While it lives, files may name a Lambda by the functions that
/// tests/parity/recording/layers/core.py and .../all_layers/core.py give it.
class RecordedLambda {
 public:
  RecordedLambda();
  ~RecordedLambda();
  RecordedLambda(const RecordedLambda&) = delete;
  RecordedLambda& operator=(const RecordedLambda&) = delete;
};

}  // namespace domino::testing
