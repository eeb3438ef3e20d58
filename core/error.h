#pragma once

#include <stdexcept>
#include <string>

namespace domino {

/// What every Domino function throws: what came, what was expected, how to fix it, and which layer.
class Error : public std::runtime_error {
 public:
  explicit Error(std::string message);

  const char* what() const noexcept override { return full_.c_str(); }

  /// The message without the layers it passed through.
  const std::string& message() const { return message_; }

  /// Puts `who` in front ("Dense 'dense_1' on (2, 3)"). Called where the error leaves a layer.
  void add_context(const std::string& who);

  /// Puts `by` for the numbers in which it differs from an error of the same words.
  void replace_unlike_numbers(const Error& other, const std::string& by);

 private:
  std::string message_;
  std::string context_;
  std::string full_;
};

/// A tensor has the wrong rank or size.
class ShapeError : public Error {
  using Error::Error;
};
/// A tensor has the wrong element type.
class DTypeError : public Error {
  using Error::Error;
};
/// A mask has the wrong shape or comes where none is taken.
class MaskError : public Error {
  using Error::Error;
};
/// A number is out of range: a token id past the vocabulary, an option that means nothing.
class ValueError : public Error {
  using Error::Error;
};
/// A layer or model cannot be put together.
class BuildError : public Error {
  using Error::Error;
};
/// A file cannot be read or written, or does not hold what it should.
class IoError : public Error {
  using Error::Error;
};
/// A tensor is not where it is needed, or a backend cannot carry out an op.
class DeviceError : public Error {
  using Error::Error;
};

}  // namespace domino
