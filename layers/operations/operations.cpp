#include "domino/graph/registry.h"
#include "domino/layers/operations/operation_kinds_internal.h"

namespace domino {

const std::vector<OperationKind>& builtin_operations() {
  static const std::vector<OperationKind> kAll = [] {
    std::vector<OperationKind> all = layers::numpy_operations();
    for (const auto& more : {layers::nn_operations(), layers::core_operations()}) {
      all.insert(all.end(), more.begin(), more.end());
    }
    return all;
  }();
  return kAll;
}

}  // namespace domino
