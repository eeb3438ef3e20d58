#include "domino/backends/cuda/streams.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "domino/backends/cuda/memory.h"
#include "domino/backends/cuda/runtime.h"
#include "domino/backends/ops.h"
#include "domino/core/random.h"
#include "domino/core/threads.h"
#include "domino/graph/model.h"
#include "domino/layers.h"
#include "tests/backends/values.h"

namespace domino::cuda {
namespace {

using conformance::ints;
using conformance::is;
using conformance::pattern;
using ::testing::HasSubstr;
using ::testing::Property;
using ::testing::Throws;

auto logic_error(const char* text) {
  return Throws<std::logic_error>(Property(&std::logic_error::what, HasSubstr(text)));
}

template <class F>
void in_another_thread(F f) {
  std::thread(f).join();
}

TEST(Streams, ThreadsShareTheOneOfTheProcess) {
  CUstream_st* const here = stream();
  in_another_thread([&] { EXPECT_EQ(stream(), here); });
  const DeviceScope other(1);
  EXPECT_NE(stream(), here);
}

TEST(Streams, ALaneHasOneOfItsOwn) {
  CUstream_st* const before = stream();
  const Lane lane(0);
  CUstream_st* const own = stream();
  EXPECT_NE(own, before);
  in_another_thread([&] {
    EXPECT_EQ(stream(), before);
    const Lane other(0);
    EXPECT_NE(stream(), before);
    EXPECT_NE(stream(), own);
  });
}

TEST(Streams, OfALaneGoToTheNext) {
  const auto lent = [] {
    const Lane lane(0);
    return stream();
  };
  CUstream_st* const first = lent();
  EXPECT_EQ(lent(), first);
}

TEST(Streams, ALaneIsOfOneDevice) {
  const DeviceScope there(1);
  CUstream_st* const before = stream();
  const Lane lane(0);
  EXPECT_EQ(stream(), before);
}

TEST(Streams, ALaneBeginsBehindWhatWasAskedFor) {
  Tensor x = empty({4}, DType::Float32);
  std::byte* const memory = x.storage()->bytes();
  fill_with_zeros(memory, 16);
  const Lane lane(0);
  fill_with_zeros(memory, 16);
}

TEST(Streams, WhatIsAskedForAfterwardsComesBehindALane) {
  Tensor x = empty({4}, DType::Float32);
  std::byte* const memory = x.storage()->bytes();
  {
    const Lane lane(0);
    fill_with_zeros(memory, 16);
  }
  fill_with_zeros(memory, 16);
}

// So the tests here would see what is missing.
TEST(Streams, AreWatchedByTheRuntimeOnTheCpu) {
  Tensor x = empty({4}, DType::Float32);
  std::byte* const memory = x.storage()->bytes();
  const Lane lane(0);
  in_another_thread([&] { fill_with_zeros(memory, 16); });
  std::byte copy[16];
  EXPECT_THAT([&] { copy_to_host(copy, memory, 16); },
              logic_error("read before another stream has surely set it"));
  EXPECT_THAT([&] { fill_with_zeros(memory, 16); },
              logic_error("written before another stream has surely set it"));
}

TEST(Streams, AResidentMadeInOneLaneIsReadInAnother) {
  const BackendScope scope(backend("cuda"));
  const Tensor weight = pattern({3});
  const Lane lane(0);
  in_another_thread([&] {
    const BackendScope there(backend("cuda"));
    const Lane other(0);
    resident(weight);
  });
  const Tensor sum = ops::add(resident(weight), resident(weight));
  EXPECT_TRUE(equal(current_backend().download(sum), Tensor({3}, {-0.5F, 1.25F, 0.25F})));
}

TEST(Streams, MemoryIsReleasedBehindAllThatReadIt) {
  Tensor x = upload(pattern({3}));
  const Lane lane(0);
  std::vector<Tensor> copies(1, empty({3}, DType::Float32));
  copy_on_device(copies[0].storage()->bytes(), x.storage()->bytes(), 12);
  in_another_thread([x = std::exchange(x, {})] {});
  in_another_thread([&] { copies.clear(); });
}

std::mutex inside_mutex;
std::set<CUstream_st*> streams_inside;

std::size_t count_inside(CUstream_st* stream) {
  const std::lock_guard lock(inside_mutex);
  streams_inside.insert(stream);
  return streams_inside.size();
}

/// Waits until threads with two streams are in it.
class Meet final : public UnaryLayer<Meet> {
 public:
  static constexpr std::string_view kType = "Meet";
  Tensor call(const Tensor& x) const {
    if (x.is_meta()) return x;
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (count_inside(stream()) < 2 && std::chrono::steady_clock::now() < end) {
      std::this_thread::yield();
    }
    return x;
  }
};

TEST(Streams, PredictsOfTwoThreadsGoOnAtOnceInTheirOwn) {
  if (core_count() < 2) GTEST_SKIP() << "calls of a process on one core wait for each other";
  const auto x = Input({.shape = {3}});
  const Model model(x, Meet()(x));
  const auto predict = [&] { model.predict(pattern({2, 3}), {.device = "cuda"}); };
  std::jthread other(predict);
  predict();
  other.join();
  EXPECT_EQ(streams_inside.size(), 2);
  EXPECT_EQ(streams_inside.count(stream()), 0);
}

auto device_error(const std::string& text) {
  return Throws<DeviceError>(Property(&Error::message, HasSubstr(text)));
}

TEST(Devices, AreCounted) {
  EXPECT_THAT([] { backend("cuda:2"); },
              device_error("no device cuda:2; there are 2, cuda:0 to cuda:1"));
  EXPECT_EQ(backend("cuda:1").name(), "cuda:1");
}

TEST(Devices, TheSecondComputes) {
  set_random_seed(5);
  const auto tokens = Input({.shape = {kAny}, .dtype = DType::Int32});
  const auto x = layers::LSTM(8)(layers::Embedding(40, 8, {.mask_zero = true})(tokens));
  const Model model(tokens, layers::Dense(3)(x));
  const Tensor ids = ints({2, 4}, {3, 4, 0, 0, 5, 6, 7, 0});
  EXPECT_TRUE(is(model.predict(ids, {.device = "cuda:1"}), model.predict(ids)));
  EXPECT_TRUE(is(model.predict(ids, {.device = "cuda"}), model.predict(ids)));
}

TEST(Devices, TensorsOfTheFirstAreNotTakenByTheSecond) {
  const Tensor x = backend("cuda:0").upload(pattern({2}));
  const Tensor y = backend("cuda:1").upload(pattern({2}));
  EXPECT_EQ(y.device_index(), 1);
  const BackendScope scope(backend("cuda:1"));
  EXPECT_THAT([&] { ops::add(y, x); },
              device_error("lies on 'cuda', but backend 'cuda:1' computes on 'cuda:1'"));
  EXPECT_THAT([&] { current_backend().download(x); }, device_error("is downloaded from cuda:1"));
}

TEST(Devices, EachHasItsResidents) {
  const Tensor weight = pattern({2});
  const BackendScope first(backend("cuda:0"));
  EXPECT_EQ(resident(weight).device_index(), 0);
  const BackendScope second(backend("cuda:1"));
  EXPECT_EQ(resident(weight).device_index(), 1);
}

TEST(Devices, EachTellsOfItsRefusals) {
  const auto divide_by_zero = [](const Backend& backend) {
    const BackendScope there(backend);
    return ops::mod(backend.upload(ints({1}, {7})), backend.upload(ints({1}, {0})));
  };
  const Tensor x = divide_by_zero(backend("cuda:1"));
  const Tensor y = backend("cuda:0").upload(pattern({2}));
  EXPECT_TRUE(equal(backend("cuda:0").download(y), pattern({2})));
  EXPECT_THAT([&] { backend("cuda:1").download(x); },
              Throws<ValueError>(Property(&Error::message, HasSubstr("divided by zero"))));
}

}  // namespace
}  // namespace domino::cuda
