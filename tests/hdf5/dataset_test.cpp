#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include <veery/base/error.hpp>
#include <veery/hdf5/dataset.hpp>
#include <veery/hdf5/file.hpp>

#include "support/temporary_folder.hpp"

namespace veery::hdf5 {

using test::TemporaryFolder;

namespace {

std::vector<std::int16_t> ramp(std::size_t size, int first) {
  std::vector<std::int16_t> values(size);
  std::iota(values.begin(), values.end(), static_cast<std::int16_t>(first));
  return values;
}

std::span<const std::byte> bytes_of(const std::vector<std::int16_t>& values) {
  return std::as_bytes(std::span{values});
}

template <typename Number>
void expect_round_trip(File& file, const std::string& name, const std::vector<Number>& values) {
  const auto rows = static_cast<std::int64_t>(values.size());
  Dataset dataset =
      file.root().create_dataset(name, element_type_of<Number>(), {.shape = {rows}, .chunk = {2}, .checksum = true});
  write_numbers<Number>(dataset, values);
  const Dataset opened = file.root().open_dataset(name);
  EXPECT_EQ(opened.type(), element_type_of<Number>()) << name;
  EXPECT_EQ(read_numbers<Number>(opened), values) << name;
}

TEST(Dataset, KeepsNumbersOfEveryType) {
  const TemporaryFolder folder;
  File file = File::create(folder / "a.h5");
  expect_round_trip<std::uint8_t>(file, "uint8", {0, 255, 1});
  expect_round_trip<std::int16_t>(file, "int16", {-32768, 32767, 0});
  expect_round_trip<std::int32_t>(file, "int32", {std::numeric_limits<std::int32_t>::min(), 2});
  expect_round_trip<std::int64_t>(file, "int64", {std::numeric_limits<std::int64_t>::min(), -1});
  expect_round_trip<std::uint64_t>(file, "uint64", {std::numeric_limits<std::uint64_t>::max(), 1});
  expect_round_trip<float>(file, "float32", {0.1F, -std::numeric_limits<float>::infinity()});
  expect_round_trip<double>(file, "float64", {0.1, 1e300});
}

TEST(Dataset, RowsAreWrittenAndReadInAnyOrder) {
  for (const bool compress : {false, true}) {
    const TemporaryFolder folder;
    File file = File::create(folder / "a.h5");
    Dataset dataset =
        file.root().create_dataset("rows", element_type_of<std::int16_t>(),
                                   {.shape = {3, 100}, .chunk = {1, 100}, .checksum = true, .compress = compress});
    EXPECT_EQ(dataset.is_compressed(), compress);
    EXPECT_EQ(dataset.row_bytes(), 200U);
    for (const int row : {2, 0, 1}) dataset.write_rows(row, bytes_of(ramp(100, row * 100)));
    std::vector<std::int16_t> two(200);
    dataset.read_rows(1, std::as_writable_bytes(std::span{two}));
    EXPECT_EQ(two, ramp(200, 100));
    EXPECT_THROW(dataset.write_rows(3, bytes_of(ramp(100, 0))), Error);
    EXPECT_THROW(dataset.write_rows(-1, bytes_of(ramp(100, 0))), Error);
    EXPECT_THROW(dataset.write_rows(0, bytes_of(ramp(99, 0))), Error);
  }
}

TEST(Dataset, TextsAreUtf8InAFixedNumberOfBytes) {
  const TemporaryFolder folder;
  File file = File::create(folder / "a.h5");
  const std::vector<std::string> texts{"", "abcdefgh", "äöüß"};
  Dataset dataset = file.root().create_dataset("t", ElementType::text(8), {.shape = {3}, .chunk = {3}});
  dataset.write_texts(texts);
  EXPECT_EQ(file.root().open_dataset("t").type(), ElementType::text(8));
  EXPECT_EQ(dataset.read_texts(), texts);
  EXPECT_THROW(dataset.write_texts(std::vector<std::string>{"", "nine bytes", ""}), Error);
  EXPECT_THROW(dataset.write_texts(std::vector<std::string>{"", std::string{"a\0b", 3}, ""}), Error);
  EXPECT_THROW((void)read_numbers<std::uint8_t>(dataset), Error);
}

TEST(Dataset, MayHaveNoRows) {
  const TemporaryFolder folder;
  File file = File::create(folder / "a.h5");
  Dataset rows = file.root().create_dataset("rows", element_type_of<std::int16_t>(),
                                            {.shape = {0, 100}, .chunk = {1, 100}, .checksum = true});
  rows.write_rows(0, {});
  Dataset texts = file.root().create_dataset("texts", ElementType::text(0), {.shape = {0}});
  texts.write_texts({});
  EXPECT_TRUE(read_numbers<std::int16_t>(file.root().open_dataset("rows")).empty());
  EXPECT_TRUE(file.root().open_dataset("texts").read_texts().empty());
}

TEST(Dataset, KnowsItsAxes) {
  const TemporaryFolder folder;
  File file = File::create(folder / "a.h5");
  Dataset scale = file.root().create_dataset("example", element_type_of<float>(), {.shape = {3}});
  scale.make_scale("example");
  Dataset rows = file.root().create_dataset("rows", element_type_of<float>(), {.shape = {3, 4}});
  rows.attach_scale(0, scale);
  rows.set_axis_label(0, "example");
  EXPECT_EQ(rows.axis_label(0), "example");
  EXPECT_EQ(rows.axis_label(1), "");
}

TEST(Dataset, VirtualRowsComeFromFilesBesideIt) {
  const TemporaryFolder folder;
  // HDF5 gives %b in a source's name a meaning of its own.
  const std::vector<VirtualPart> parts{{"100%b.h5", "rows", 2}, {"none.h5", "rows", 0}, {"b.h5", "rows", 1}};
  for (const VirtualPart& part : parts) {
    if (part.rows == 0) continue;
    File file = File::create(folder / part.file_name);
    {
      Dataset rows = file.root().create_dataset("rows", element_type_of<std::int16_t>(), {.shape = {part.rows, 4}});
      write_numbers<std::int16_t>(rows, ramp(static_cast<std::size_t>(part.rows) * 4, part.rows == 2 ? 0 : 8));
    }
    file.close();
  }
  {
    File file = File::create(folder / "all.h5");
    const ElementType type = element_type_of<std::int16_t>();
    EXPECT_THROW((void)file.root().create_virtual_dataset("wrong", type, {4, 4}, parts), Error);
    (void)file.root().create_virtual_dataset("rows", type, {3, 4}, parts);
    file.close();
  }
  const File file = File::open(folder / "all.h5");
  EXPECT_EQ(read_numbers<std::int16_t>(file.root().open_dataset("rows")), ramp(12, 0));
}

}  // namespace
}  // namespace veery::hdf5
