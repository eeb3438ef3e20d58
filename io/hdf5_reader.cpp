#include "domino/io/hdf5_reader_internal.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "domino/core/check.h"
#include "domino/io/hdf5_data_internal.h"
#include "domino/io/shown_name_internal.h"
#include "domino/io/tensor_bytes_internal.h"

namespace domino {

/// Does `work`; its errors name file and path.
template <class F>
auto Hdf5Reader::named(std::string_view path, F work) {
  try {
    return work();
  } catch (IoError& error) {
    const std::string place = path.empty() ? "" : ": " + shown_name(path);
    error.add_context(file_.name() + place);
    throw;
  }
}

Hdf5Reader::Hdf5Reader(ByteSource file) : file_(std::move(file)), strings_(file_) {
  root_ = named({}, [&] { return read_hdf5_superblock(file_); });
}

const std::vector<Hdf5Link>& Hdf5Reader::links(std::uint64_t group) {
  const auto known = groups_.find(group);
  if (known != groups_.end()) return known->second;
  auto links = read_hdf5_group(file_, read_hdf5_object(file_, group), visited_);
  return groups_.emplace(group, std::move(links)).first->second;
}

namespace {

/// The link of this name, or null; links are sorted.
const Hdf5Link* find_link(const std::vector<Hdf5Link>& links, std::string_view name) {
  const auto it = std::ranges::lower_bound(links, name, {}, &Hdf5Link::name);
  return it != links.end() && it->name == name ? &*it : nullptr;
}

}  // namespace

std::optional<std::uint64_t> Hdf5Reader::find(std::string_view path) {
  std::uint64_t address = root_;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    const Hdf5Link* link = find_link(links(address), path.substr(0, end));
    if (link == nullptr) return std::nullopt;
    address = link->address;
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return address;
}

Hdf5Reader::Object Hdf5Reader::object(std::string_view path) {
  const std::optional<std::uint64_t> address = find(path);
  check<IoError>(address.has_value(), "it is missing");
  return read_hdf5_object(file_, *address);
}

bool Hdf5Reader::contains(std::string_view path) {
  return named(path, [&] { return find(path).has_value(); });
}

bool Hdf5Reader::is_group(std::string_view path) {
  return named(path,
               [&] { return find_message(object(path), Hdf5MessageType::Layout) == nullptr; });
}

std::vector<std::string> Hdf5Reader::members(std::string_view group) {
  return named(group, [&] {
    const std::optional<std::uint64_t> address = find(group);
    check<IoError>(address.has_value(), "it is missing");
    std::vector<std::string> names;
    for (const Hdf5Link& link : links(*address)) names.push_back(link.name);
    return names;
  });
}

/// What `datasets` has found so far.
struct Hdf5Reader::Walk {
  std::uint64_t left;  // objects share no bytes, so their headers are no longer than the file
  std::set<std::uint64_t> seen = {};
  std::vector<std::string> datasets = {};
};

void Hdf5Reader::walk(const std::string& path, std::uint64_t address, Walk& walk) {
  constexpr std::ptrdiff_t kMostLevels = 100;
  check<IoError>(walk.seen.insert(address).second, "two paths lead to {}", shown_name(path));
  check<IoError>(std::ranges::count(path, '/') < kMostLevels, "{} lies deeper than {} groups",
                 shown_name(path), kMostLevels);
  const Object object = read_hdf5_object(file_, address);
  for (const Hdf5Message& message : object) {
    check<IoError>(message.bytes.size() <= walk.left, "the headers of its objects overlap");
    walk.left -= message.bytes.size();
  }
  if (find_message(object, Hdf5MessageType::Layout) != nullptr) {
    walk.datasets.push_back(path);
    return;
  }
  for (const Hdf5Link& link : links(address)) {
    this->walk(path.empty() ? link.name : path + '/' + link.name, link.address, walk);
  }
}

std::vector<std::string> Hdf5Reader::datasets(std::string_view group) {
  return named(group, [&] {
    const std::optional<std::uint64_t> address = find(group);
    check<IoError>(address.has_value(), "it is missing");
    Walk found{.left = file_.size()};
    walk(std::string(group), *address, found);
    return found.datasets;
  });
}

Config Hdf5Reader::attribute(std::string_view path, std::string_view name) {
  return named(path, [&] { return read_hdf5_attribute(object(path), name, strings_); });
}

std::vector<std::string> Hdf5Reader::attribute_names(std::string_view path) {
  return named(path, [&] { return hdf5_attribute_names(object(path)); });
}

Hdf5Dataset Hdf5Reader::info(std::string_view dataset) {
  return named(dataset, [&] { return read_hdf5_dataset(file_, object(dataset), strings_); });
}

Tensor Hdf5Reader::read(std::string_view dataset) {
  return named(dataset, [&] {
    const auto found = read_hdf5_dataset(file_, object(dataset), strings_);
    return read_tensor(found.data, 0, found.shape, found.dtype);
  });
}

}  // namespace domino
