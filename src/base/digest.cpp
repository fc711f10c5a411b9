#include <fcntl.h>
#include <openssl/evp.h>
#include <xxhash.h>

#include <cstdio>
#include <utility>
#include <vector>

#include <veery/base/digest.hpp>
#include <veery/base/error.hpp>
#include <veery/base/file_descriptor.hpp>

namespace veery {
namespace {

std::string to_hex(std::span<const std::uint8_t> bytes) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const std::uint8_t byte : bytes) {
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 15U];
  }
  return text;
}

/// Calls `use(piece)` from the file's start to its end.
template <typename Use>
void in_pieces(const std::filesystem::path& path, Use&& use) {
  const FileDescriptor file = FileDescriptor::open(path, O_RDONLY);
  std::vector<std::byte> piece(std::size_t{1} << 20U);
  std::int64_t offset = 0;
  while (const std::size_t count = file.read_at(offset, piece)) {
    use(std::span{std::as_const(piece)}.first(count));
    offset += static_cast<std::int64_t>(count);
  }
}

}  // namespace

struct Sha256::State {
  EVP_MD_CTX* handle = EVP_MD_CTX_new();
  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { EVP_MD_CTX_free(handle); }
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  if (EVP_DigestInit_ex(state_->handle, EVP_sha256(), nullptr) != 1) throw Error{"cannot start SHA-256", "OpenSSL"};
}

Sha256::~Sha256() = default;

void Sha256::update(std::span<const std::byte> bytes) {
  if (EVP_DigestUpdate(state_->handle, bytes.data(), bytes.size()) != 1) throw Error{"SHA-256 failed", "OpenSSL"};
}

std::string Sha256::finish() {
  std::array<std::uint8_t, 32> digest{};
  if (EVP_DigestFinal_ex(state_->handle, digest.data(), nullptr) != 1) throw Error{"SHA-256 failed", "OpenSSL"};
  return to_hex(digest);
}

std::string sha256_hex(std::string_view text) {
  Sha256 digest;
  digest.update(std::as_bytes(std::span{text}));
  return digest.finish();
}

FileDigest digest_file(const std::filesystem::path& path) {
  Sha256 digest;
  FileDigest result;
  in_pieces(path, [&](std::span<const std::byte> piece) {
    digest.update(piece);
    result.bytes += static_cast<std::int64_t>(piece.size());
  });
  result.sha256 = digest.finish();
  return result;
}

std::uint64_t xxh3_64_of_file(const std::filesystem::path& path) {
  const std::unique_ptr<XXH3_state_t, decltype(&XXH3_freeState)> state{XXH3_createState(), XXH3_freeState};
  XXH3_64bits_reset(state.get());
  in_pieces(path,
            [&](std::span<const std::byte> piece) { XXH3_64bits_update(state.get(), piece.data(), piece.size()); });
  return XXH3_64bits_digest(state.get());
}

Md5 md5(std::string_view text) {
  Md5 digest{};
  if (EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_md5(), nullptr) != 1) {
    throw Error{"MD5 failed", "OpenSSL", "row order needs MD5: a FIPS-only OpenSSL refuses it"};
  }
  return digest;
}

std::uint64_t xxh3_64(std::span<const std::byte> bytes) {
  return XXH3_64bits(bytes.data(), bytes.size());
}

std::string hex64(std::uint64_t value) {
  std::array<std::uint8_t, 8> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(value >> (56 - 8 * i));
  return to_hex(bytes);
}

}  // namespace veery
