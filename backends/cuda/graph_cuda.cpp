// The graphs of backends/cuda on a GPU.

#include <cuda_runtime.h>

#include "domino/backends/cuda/quietly.h"
#include "domino/backends/cuda/runtime.h"
#include "domino/backends/cuda/streams.h"
#include "domino/core/check.h"

namespace domino::cuda {
namespace {

void check_graph(cudaError_t status) {
  if (status != cudaSuccess) cudaGetLastError();
  check<DeviceError>(status == cudaSuccess, "cuda: a graph: {}", cudaGetErrorString(status));
}

class CudaGraph final : public Graph {
 public:
  /// Takes `graph`, also if it throws.
  explicit CudaGraph(cudaGraph_t graph) : graph_(graph) {
    const cudaError_t status = cudaGraphInstantiate(&executable_, graph, 0);
    if (status != cudaSuccess) cudaGraphDestroy(graph);
    check_graph(status);
  }
  ~CudaGraph() override {
    cudaGraphExecDestroy(executable_);
    cudaGraphDestroy(graph_);
  }
  CudaGraph(const CudaGraph&) = delete;
  CudaGraph& operator=(const CudaGraph&) = delete;
  void launch() const { check_graph(cudaGraphLaunch(executable_, stream())); }

 private:
  cudaGraph_t graph_;
  cudaGraphExec_t executable_ = nullptr;
};

/// Throws if what was captured is no graph.
cudaGraph_t end_capture() {
  cudaGraph_t graph = nullptr;
  check_graph(cudaStreamEndCapture(stream(), &graph));
  return graph;
}

}  // namespace

// Other threads go on with whatever they do.
std::unique_ptr<Graph> capture(const std::function<void()>& body) {
  check_graph(cudaStreamBeginCapture(stream(), cudaStreamCaptureModeThreadLocal));
  try {
    body();
  } catch (...) {
    quietly([] { cudaGraphDestroy(end_capture()); });
    throw;
  }
  return std::make_unique<CudaGraph>(end_capture());
}

void replay(const Graph& graph) { static_cast<const CudaGraph&>(graph).launch(); }

}  // namespace domino::cuda
