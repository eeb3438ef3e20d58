#include "domino/io/hdf5_group_internal.h"

#include <algorithm>
#include <utility>

#include "domino/core/check.h"
#include "domino/io/shown_name_internal.h"

namespace domino {
namespace {

constexpr std::uint64_t kTreePrefix = 24;
constexpr std::uint64_t kNodePrefix = 8;
constexpr std::uint64_t kLinkBytes = 40;
constexpr std::uint32_t kSoftLink = 2;

/// The names of a group's links.
class NameHeap {
 public:
  NameHeap(const ByteSource& file, std::uint64_t address) : names_(open(file, address)) {}

  std::string at(std::uint64_t offset) const {
    constexpr std::uint64_t kStep = 64;
    std::string name;
    for (;;) {
      check<IoError>(offset < names_.size(), "a name has no end");
      const std::uint64_t bytes = std::min(kStep, names_.size() - offset);
      const std::string part = names_.text(offset, bytes);
      const std::size_t end = part.find('\0');
      name += part.substr(0, end);
      check<IoError>(name.size() <= kLongestName, "a name is longer than {} bytes", kLongestName);
      if (end != std::string::npos) return name;
      offset += bytes;
    }
  }

 private:
  static constexpr std::size_t kLongestName = 1000;

  static ByteSource open(const ByteSource& file, std::uint64_t address) {
    ByteCursor heap(file.block(address, 32));
    check<IoError>(heap.text(4) == "HEAP" && heap.number<std::uint8_t>() == 0,
                   "there is no heap of names at byte {}", address);
    heap.skip(3);
    const auto bytes = heap.number<std::uint64_t>();
    heap.skip(8);  // what is free
    return file.region(heap.number<std::uint64_t>(), bytes);
  }

  ByteSource names_;
};

/// Walks the B-tree of one group.
class LinkReader {
 public:
  LinkReader(const ByteSource& file, NameHeap names, std::set<std::uint64_t>& visited)
      : file_(file), names_(std::move(names)), visited_(visited) {}

  /// Reads what lies below a tree node; `parent_level` is one more than its own level.
  void read_tree(std::uint64_t address, int parent_level) {
    visit(address);
    ByteCursor prefix(file_.block(address, kTreePrefix));
    check<IoError>(prefix.text(4) == "TREE" && prefix.number<std::uint8_t>() == 0,
                   "there is no B-tree of a group at byte {}", address);
    const int level = prefix.number<std::uint8_t>();
    check<IoError>(parent_level == kTop || level == parent_level - 1,
                   "the levels of its B-tree do not follow each other");
    const auto children = prefix.number<std::uint16_t>();
    ByteCursor entries(file_.block(address + kTreePrefix, children * 16U));
    for (int i = 0; i < children; ++i) {
      entries.skip(8);  // a name before its own
      const auto child = entries.number<std::uint64_t>();
      level > 0 ? read_tree(child, level) : read_node(child);
    }
  }

  std::vector<Hdf5Link> take() { return std::move(links_); }

  static constexpr int kTop = -1;

 private:
  void visit(std::uint64_t address) {
    check<IoError>(visited_.insert(address).second,
                   "the node at byte {} belongs to two groups, or twice to one", address);
  }

  void read_node(std::uint64_t address) {
    visit(address);
    ByteCursor prefix(file_.block(address, kNodePrefix));
    check<IoError>(prefix.text(4) == "SNOD" && prefix.number<std::uint8_t>() == 1,
                   "there is no node of a group at byte {}", address);
    prefix.skip(1);
    const auto count = prefix.number<std::uint16_t>();
    ByteCursor entries(file_.block(address + kNodePrefix, count * kLinkBytes));
    for (int i = 0; i < count; ++i) {
      std::string name = names_.at(entries.number<std::uint64_t>());
      const auto object = entries.number<std::uint64_t>();
      const auto kind = entries.number<std::uint32_t>();
      entries.skip(20);
      add({std::move(name), object}, kind);
    }
  }

  void add(Hdf5Link link, std::uint32_t kind) {
    check<IoError>(kind != kSoftLink, "{} is a soft link, which Domino does not follow",
                   shown_name(link.name));
    check<IoError>(!link.name.empty() && link.name.find('/') == std::string::npos,
                   "{} is no name of a member", shown_name(link.name));
    check<IoError>(links_.empty() || links_.back().name < link.name,
                   "the member {} comes twice or out of order", shown_name(link.name));
    links_.push_back(std::move(link));
  }

  const ByteSource& file_;
  NameHeap names_;
  std::set<std::uint64_t>& visited_;
  std::vector<Hdf5Link> links_;
};

}  // namespace

std::vector<Hdf5Link> read_hdf5_group(const ByteSource& file,
                                      const std::vector<Hdf5Message>& object,
                                      std::set<std::uint64_t>& visited) {
  check<IoError>(find_message(object, Hdf5MessageType::LinkInfo) == nullptr &&
                     find_message(object, Hdf5MessageType::Link) == nullptr,
                 "it is a group of the newer kind (with external links or track_order=True?); "
                 "Domino reads symbol tables, which Keras writes");
  const Hdf5Message* table = find_message(object, Hdf5MessageType::SymbolTable);
  check<IoError>(table != nullptr, "it is no group");
  const auto tree = table->bytes.number<std::uint64_t>(0);
  const auto heap = table->bytes.number<std::uint64_t>(8);
  LinkReader reader(file, NameHeap(file, heap), visited);
  reader.read_tree(tree, LinkReader::kTop);
  return reader.take();
}

}  // namespace domino
